import { z } from 'zod';
import type { RateLimits } from '../../http/rate-limits.ts';
import { defineOpenRoute, type OpenRoute } from '../../http/route.ts';
import { AppError } from '../../lib/errors.ts';
import type { LinkCodes } from '../install/link-codes.ts';
import { linkedAnswer, sessionAnswer } from './answers.ts';
import type { FrameToken, Sessions } from './session.ts';

export interface SessionRouteDeps {
  sessions: Sessions;
  linkCodes: LinkCodes;
  rates: RateLimits;
  wakeBinding(tenantId: number): Promise<void>;
}

const frame = {
  access_token: z.string().min(1).max(500),
  // The SDK gives an origin, the address's query a host.
  domain: z
    .string()
    .trim()
    .max(300)
    .transform((text) => text.replace(/^https?:\/\//, '').replace(/\/.*$/, ''))
    .pipe(z.string().regex(/^[\w.-]{1,253}(:\d{1,5})?$/)),
  member_id: z.string().regex(/^[\w-]{1,64}$/),
};

/** Makes the routes that embedded pages call before they have a JWT: the portal's own token proves them. */
export function makeSessionRoutes({ sessions, linkCodes, rates, wakeBinding }: SessionRouteDeps): OpenRoute[] {
  /** The portal's number is counted last: what one address sends too often must not use it up. */
  async function admit(address: string, memberId: string): Promise<void> {
    await rates.take('sessionByAddress', address);
    await rates.take('sessionByPortal', memberId);
  }

  return [
    defineOpenRoute({
      path: '/bitrix24/session',
      summary: "Exchange a frame's token for a short-lived JWT",
      tag: 'Pages in the portal',
      answers: { 200: sessionAnswer },
      failures: [401, 403, 404, 409, 502],
      body: z.strictObject(frame),
      async handle({ body, address }) {
        await admit(address, body.member_id);
        const session = await sessions.open(toFrame(body));
        return {
          data: {
            token: session.token,
            expires_in: session.expiresInSec,
            tenant_id: session.tenantId,
            role: session.role,
            user_id: session.userId,
            is_portal_admin: session.role === 'admin',
            // What the page may offer; the server decides anew at each request.
            sees: session.grants.sees,
            edits: session.grants.edits,
          },
        };
      },
    }),

    defineOpenRoute({
      path: '/bitrix24/link',
      summary: 'Join a marketplace installation to an existing company by its one-time code',
      tag: 'Pages in the portal',
      answers: { 200: linkedAnswer },
      failures: [401, 403, 404, 409, 502],
      body: z.strictObject({ ...frame, code: z.string().trim().min(1).max(50) }),
      async handle({ body, address }) {
        await admit(address, body.member_id);
        const { installation, role } = await sessions.identify(toFrame(body));
        if (role !== 'admin') throw adminOnly();
        const tenantId = await linkCodes.join(installation, body.code);
        await wakeBinding(tenantId);
        return {
          data: { tenant_id: tenantId },
          message: { ru: 'Портал присоединён к компании', en: 'The portal has joined the company' },
        };
      },
    }),
  ];
}

function toFrame(body: { access_token: string; domain: string; member_id: string }): FrameToken {
  return { accessToken: body.access_token, host: body.domain, memberId: body.member_id };
}

function adminOnly(): AppError {
  return new AppError({
    code: 'user_not_allowed',
    status: 403,
    text: {
      ru: 'Присоединить портал к компании может только администратор портала',
      en: "Only the portal's administrator can join the portal to a company",
    },
  });
}
