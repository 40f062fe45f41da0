import { z } from 'zod';
import { invalidRequest } from '../../lib/errors.ts';
import type { InstallRequest } from '../install/install.ts';

const host = z.string().regex(/^[\w.-]{1,253}(:\d{1,5})?$/);
const token = z.string().min(1).max(500);

/**
 * What the portal's page posts into our frame: the address's query and the form's fields (settings/oauth/simple-way.md, 2026-08). The
 * last three fields are sent by newer portals only.
 */
const frameForm = z.object({
  DOMAIN: host,
  AUTH_ID: token,
  REFRESH_ID: token,
  member_id: z.string().regex(/^[\w-]{1,64}$/),
  SERVER_ENDPOINT: z.string().max(255).optional(),
  APPLICATION_TOKEN: token.optional(),
  APPLICATION_SCOPE: z.string().max(2000).optional(),
});

/** The host that a frame names, if it could be one; unverified. */
export function claimedHost(query: Record<string, unknown>): string | null {
  const parsed = host.safeParse(query.DOMAIN);
  return parsed.success ? parsed.data : null;
}

/** Reads a frame's post. Throws `invalid_request` naming the fields that are missing or wrong. */
export function readFrame(query: Record<string, unknown>, form: Record<string, unknown>): InstallRequest {
  const parsed = frameForm.safeParse({ ...query, ...form, DOMAIN: query.DOMAIN ?? form.DOMAIN });
  if (!parsed.success) {
    const fields = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))].join(', ');
    throw invalidRequest({
      ru: `Страница открыта не из Битрикс24: нет или неверны поля ${fields}. Откройте приложение из меню портала`,
      en: `The page was not opened from Bitrix24: missing or wrong ${fields}. Open the application from the portal's menu`,
    });
  }
  const frame = parsed.data;
  return {
    host: frame.DOMAIN,
    memberId: frame.member_id,
    accessToken: frame.AUTH_ID,
    refreshToken: frame.REFRESH_ID,
    server: frame.SERVER_ENDPOINT,
    applicationToken: frame.APPLICATION_TOKEN ?? null,
    scope: (frame.APPLICATION_SCOPE ?? '').split(/[\s,]+/).filter(Boolean),
  };
}
