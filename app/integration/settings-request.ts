import { z } from 'zod';
import type { Caller } from '../http/route.ts';
import { invalidRequest, type Language, type Text } from '../lib/errors.ts';
import type { StoredSettings, Understood } from '../sync/plan/settings.ts';
import type { SavedBy } from './settings.ts';

/** What may be said with every change of settings. */
export const saveQuery = z.strictObject({
  /** The version that is to be replaced, as the header `If-Match` says it, too. */
  version: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .optional(),
  note: z.string().trim().min(1).max(500).optional(),
});

/** By whom settings are saved, and which version they replace. Throws `invalid_request` for an `If-Match` that names none. */
export function savedBy(
  { caller, ifMatch }: { caller: Caller; ifMatch: string | null },
  { version, note }: z.output<typeof saveQuery>,
): SavedBy {
  const named = versionsIn(ifMatch);
  if (named && version !== undefined && !named.includes(version)) throw refused('version', otherVersion);
  const expected = version === undefined ? named : [version];
  return { author: caller.subject, note: note ?? null, expected };
}

/** The versions of a header `If-Match`; null without one, and for `*`, which fits whatever stands. */
function versionsIn(ifMatch: string | null): number[] | null {
  if (ifMatch === null || ifMatch.trim() === '*') return null;
  return ifMatch.split(',').map((tag) => {
    const [, number] = /^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(tag) ?? [];
    if (number === undefined) throw wrongHeader();
    return Number(number);
  });
}

const otherVersion = {
  ru: 'заголовок If-Match называет другую версию',
  en: 'the header If-Match names another version',
};

function wrongHeader() {
  const problem = {
    ru: 'нужен номер версии в кавычках, как в заголовке ETag: "12"',
    en: 'expected the number of a version in quotes, as in the header ETag: "12"',
  };
  return refused('If-Match', problem);
}

/** Administrators who take their own access away in the portal could not give it back there. */
export function refuseLockingOut({ visitor }: Caller, { portal_access: access }: StoredSettings): void {
  if (!visitor || access?.administrator === undefined || access.administrator === 'all') return;
  const problem = {
    ru: 'на странице портала администраторам остаётся "all", иначе вернуть доступ было бы некому; меньше задаётся токеном CRM',
    en: 'on the page in the portal, administrators keep "all", or no person there could give the access back; less is set with a token of the CRM',
  };
  throw refused('portal_access.administrator', problem);
}

function refused(path: string, problem: Text) {
  const text = {
    ru: `Настройки не сохранены: ${path} — ${problem.ru}`,
    en: `The settings were not saved: ${path}: ${problem.en}`,
  };
  return invalidRequest(text, [{ path, problem }]);
}

/** The settings with defaults, what is not understood of them, and their version, which is the `ETag`, too. */
export function answerSettings(
  { version, understood }: { version: number; understood: Understood },
  language: Language,
) {
  const { settings, problems } = understood;
  const told = problems.map(({ path, problem }) => ({ path, problem: problem[language] }));
  return { data: { ...settings, problems: told, version }, etag: String(version) };
}

export const settingsSaved: Text = { ru: 'Настройки сохранены', en: 'The settings are saved' };
