import { isShown } from '../../field-maps/shown.ts';
import type { Canonical, FieldMap, FieldPair, LocalRecord, RemoteValues } from '../../field-maps/types.ts';
import { sendsToPortal, takesFromPortal } from '../../field-maps/ways.ts';
import { AppError } from '../../lib/errors.ts';
import { emptyRemoteShadow, type MergeResult, type UnmappedValue, unmappedCode } from '../plan/merge.ts';
import type { RefusedField } from './entries.ts';

/** Values of a merge that have no counterpart on the other side, as errors of their fields. */
export function unmappedFields({ unmapped }: Pick<MergeResult, 'unmapped'>): RefusedField[] {
  return unmapped.map((one) => ({ key: one.pair.key, error: notMapped(one) }));
}

/** Fields of a record that was just made in the portal from ours, which could not be filled there. */
export function unmappedByCreate({ pairs }: FieldMap, local: LocalRecord, answer: RemoteValues): RefusedField[] {
  return pairs.filter(sendsToPortal).flatMap((pair) => {
    const value = pair.readLocal(local);
    const isLost = value !== null && isShown(pair, answer) && pair.gaps?.(local, answer).toRemote === 'error';
    return isLost ? [refusedField({ pair, side: 'crm', value }, answer)] : [];
  });
}

/** Fields of a record that was just made here from one of the portal, which could not be filled here. */
export function unmappedByImport({ pairs }: FieldMap, local: LocalRecord, remote: RemoteValues): RefusedField[] {
  return pairs.filter(takesFromPortal).flatMap((pair) => {
    const isLost = isShown(pair, remote) && pair.gaps?.(local, remote).toLocal === 'error';
    const value = pair.readRemote(remote, emptyRemoteShadow);
    return isLost ? [refusedField({ pair, side: 'bitrix24', value }, remote)] : [];
  });
}

function refusedField(one: UnmappedValue, remote: RemoteValues): RefusedField {
  const stored: Canonical = one.pair.readRemote(remote, emptyRemoteShadow);
  return { key: one.pair.key, stored, error: notMapped(one) };
}

function notMapped({ pair, side, value }: UnmappedValue): AppError {
  const shown = String(value ?? '').slice(0, 100);
  const text =
    side === 'crm'
      ? {
          ru: `Поле «${pair.key}»: для значения CRM «${shown}» нет значения в Битрикс24 (${fieldOf(pair)}). Добавьте его в таблицу значений пары или в список в портале`,
          en: `Field "${pair.key}": nothing in Bitrix24 (${fieldOf(pair)}) stands for the CRM value "${shown}". Add it to the pair's table of values, or to the list in the portal`,
        }
      : {
          ru: `Поле «${pair.key}»: для значения Битрикс24 «${shown}» (${fieldOf(pair)}) нет значения в CRM. Добавьте его в таблицу значений пары`,
          en: `Field "${pair.key}": nothing in the CRM stands for the Bitrix24 value "${shown}" (${fieldOf(pair)}). Add it to the pair's table of values`,
        };
  return new AppError({ code: unmappedCode, status: 409, text });
}

function fieldOf({ remoteFields: [field = ''] }: FieldPair): string {
  return field;
}
