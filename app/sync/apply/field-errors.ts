import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { AppError } from '../../lib/errors.ts';
import { codeOf } from '../journal/error-log.ts';
import type { LoadedPair, SyncContext } from '../pair.ts';
import type { FieldChange, FieldErrors, MergeResult } from '../plan/merge.ts';
import type { AppliedPlan, RefusedField } from './entries.ts';

/**
 * Fields that were sent and read back with the value from before: the portal did not take them (a date that cannot be emptied, a stage of
 * another funnel). Such a pair is not equal.
 */
export function notAccepted({ pair: loaded, answer, refused }: AppliedPlan, merge: MergeResult): RefusedField[] {
  if (!answer) return [];
  const known = new Set((refused ?? []).map(({ key }) => key));
  return merge.toRemote.flatMap(({ pair, before, after }) => {
    const stored = pair.readRemote(answer, loaded.shadows.remote.ids);
    if (known.has(pair.key) || stored === after || stored !== before) return [];
    return [{ key: pair.key, error: notTaken(pair.key, { stored, wanted: after }) }];
  });
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

function notTaken(key: string, { stored, wanted }: { stored: string | null; wanted: string | null }): AppError {
  const [there, ours] = [String(stored ?? '').slice(0, 100), String(wanted ?? '').slice(0, 100)];
  const text =
    wanted === null
      ? {
          ru: `Поле «${key}»: Битрикс24 не даёт его очистить, там остаётся «${there}»`,
          en: `Field "${key}": Bitrix24 does not let it be emptied and keeps "${there}"`,
        }
      : {
          ru: `Поле «${key}»: Битрикс24 не принял значение «${ours}», там остаётся «${there}»`,
          en: `Field "${key}": Bitrix24 did not take the value "${ours}" and keeps "${there}"`,
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
  const added = refused.flatMap(({ key, error }) => {
    const field = fieldMap.pairs.find((pair) => pair.key === key);
    if (!field || !local || !remote) return [];
    const values = { local: field.readLocal(local.record), remote: field.readRemote(remote, shadows.remote.ids) };
    return [[key, { code: codeOf(error), ...values }] as const];
  });
  return Object.fromEntries([...kept, ...added]);
}
