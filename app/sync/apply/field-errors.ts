import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { isShown } from '../../field-maps/shown.ts';
import type { Canonical, FieldMap, RemoteValues } from '../../field-maps/types.ts';
import { AppError } from '../../lib/errors.ts';
import { codeOf } from '../journal/error-log.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import type { FieldChange, FieldErrors, MergeResult, RemoteShadow } from '../plan/merge.ts';
import { asAnswered } from '../plan/shadows.ts';
import type { RefusedField } from './entries.ts';

/** What was sent in one write, and what the portal made of it. */
interface Sent {
  merge: Pick<MergeResult, 'toRemote'>;
  former: RemoteShadow;
  answer: RemoteValues;
}

/**
 * Fields that were sent and that the portal did not take: it shows the value from before (a date that cannot be emptied, a stage of
 * another funnel), nothing at all, or a text that ends where a character of four bytes stood. Such a pair is not equal.
 */
export function notAccepted({ merge, former, answer }: Sent, refused: readonly RefusedField[] = []): RefusedField[] {
  const known = new Set(refused.map(({ key }) => key));
  const found = merge.toRemote.flatMap((change): RefusedField[] => {
    const { pair, before, after } = change;
    if (known.has(pair.key) || !isShown(pair, answer)) return [];
    const stored = readAnswer(change, { merge, former, answer });
    if (stored === after) return [];
    const cutAt = cutAtFourBytes(after, stored);
    if (cutAt) return [{ key: pair.key, stored, isCut: true, error: cut(pair.key, { stored, cutAt }) }];
    if (stored !== before && (stored !== null || after === null)) return [];
    return [{ key: pair.key, stored, error: notTaken(pair.key, { stored, wanted: after }) }];
  });
  // What vanished behind a text that was cut was not refused itself: it is sent again.
  const cutFields = new Set(
    fieldsOf(
      merge,
      found.filter(({ isCut }) => isCut),
    ),
  );
  return found.filter((field) => field.isCut || !fieldsOf(merge, [field]).some((name) => cutFields.has(name)));
}

/** The Bitrix24 fields of these pairs. */
function fieldsOf({ toRemote }: Pick<MergeResult, 'toRemote'>, refused: readonly RefusedField[]): string[] {
  const keys = new Set(refused.map(({ key }) => key));
  return toRemote.filter(({ pair }) => keys.has(pair.key)).flatMap(({ pair }) => [...pair.remoteFields]);
}

function readAnswer({ pair, after }: FieldChange, { merge, former, answer }: Sent): Canonical {
  const remembered = asAnswered(former, merge);
  const id = pair.track?.(answer, remembered, after);
  const ids = id === undefined ? remembered.ids : { ...remembered.ids, [pair.key]: id };
  return pair.readRemote(answer, { ...remembered, ids });
}

/** Keys of the pairs that share a field with a text that was cut: what they had there may be gone. */
export function besideCut(fieldMap: FieldMap, refused: readonly RefusedField[]): string[] {
  const cutKeys = new Set(refused.filter(({ isCut }) => isCut).map(({ key }) => key));
  const fields = new Set(fieldMap.pairs.filter(({ key }) => cutKeys.has(key)).flatMap((pair) => pair.remoteFields));
  return fieldMap.pairs
    .filter(({ key, remoteFields }) => !cutKeys.has(key) && remoteFields.some((field) => fields.has(field)))
    .map(({ key }) => key);
}

/** The character at which a portal with a database of three bytes a character cut a text; null when it did not. */
function cutAtFourBytes(sent: Canonical, stored: Canonical): string | null {
  const found = /[\u{10000}-\u{10ffff}]/u.exec(sent ?? '');
  if (!sent || !found) return null;
  return sent.slice(0, found.index).trimEnd() === (stored ?? '') ? found[0] : null;
}

/** The refusal of one field's value by the portal, which says the field and the value beside the portal's reason. */
export function refusedByPortal({ pair, after }: FieldChange, error: Bitrix24Error): Bitrix24Error {
  const { code, kind, retryable, advice, reason, cause } = error;
  const value = String(after ?? '').slice(0, 100);
  return new Bitrix24Error({
    code,
    rule: { kind, retryable, advice },
    reason: {
      ru: `Поле «${pair.key}», значение «${value}»: ${reason.ru}`,
      en: `Field "${pair.key}", value "${value}": ${reason.en}`,
    },
    cause,
  });
}

function notTaken(key: string, { stored, wanted }: { stored: Canonical; wanted: Canonical }): AppError {
  const [there, ours] = [String(stored ?? '').slice(0, 100), String(wanted ?? '').slice(0, 100)];
  const text =
    wanted === null
      ? {
          ru: `Поле «${key}»: Битрикс24 не даёт его очистить, там остаётся «${there}»`,
          en: `Field "${key}": Bitrix24 does not let it be emptied and keeps "${there}"`,
        }
      : {
          ru: `Поле «${key}»: Битрикс24 не принял значение «${ours}», ${stored === null ? 'поле там пустое' : `там остаётся «${there}»`}`,
          en: `Field "${key}": Bitrix24 did not take the value "${ours}" and ${stored === null ? 'the field there is empty' : `keeps "${there}"`}`,
        };
  return new AppError({ code: 'value_not_accepted', status: 409, text });
}

function cut(key: string, { stored, cutAt }: { stored: Canonical; cutAt: string }): AppError {
  const there = String(stored ?? '').slice(0, 100);
  const text = {
    ru: `Поле «${key}»: Битрикс24 обрезал текст перед символом «${cutAt}», там осталось «${there}». Уберите из текста такие символы`,
    en: `Field "${key}": Bitrix24 cut the text before the character "${cutAt}" and keeps "${there}". Take such characters out of the text`,
  };
  return new AppError({ code: 'value_not_accepted', status: 409, text });
}

/** The fields of a pair that rest from now on, with the values that were refused. */
export function fieldErrorsAfter(
  { fieldMap }: SyncContext,
  { local, remote, shadows }: LoadedPair,
  { former, resting, refused }: { former: FieldErrors; resting: readonly string[]; refused: readonly RefusedField[] },
): FieldErrors {
  const kept = Object.entries(former).filter(([key]) => resting.includes(key));
  const added = refused.flatMap(({ key, error, stored }) => {
    const field = fieldMap.pairs.find((pair) => pair.key === key);
    if (!field || !local || (!remote && stored === undefined)) return [];
    const there = stored === undefined && remote ? field.readRemote(remote, shadows.remote) : (stored ?? null);
    const values = { local: field.readLocal(local.record), remote: there };
    return [[key, { code: codeOf(error), ...values }] as const];
  });
  return Object.fromEntries([...kept, ...added]);
}
