import { canonicalLine, dayOfMoment } from './canonical.ts';
import { detailsPair, labelledLine } from './comments.ts';
import { multifieldPair } from './multifields.ts';
import { namePair } from './names.ts';
import { defaultPlace, type FieldMap, type LocalRecord, type Place } from './types.ts';

function detailsOf({ utcOffsetMin }: Place) {
  const created = (local: LocalRecord) => dayOfMoment(local.created_at, utcOffsetMin);
  return detailsPair({
    localFields: ['role', 'created_at'],
    lines: (local) => [
      ...labelledLine('Роль', canonicalLine(local.role)),
      ...labelledLine('Создан', created(local)),
      ...labelledLine('Обновлён', dayOfMoment(local.updated_at, utcOffsetMin)),
    ],
    // Writing to the portal changes the date of change: it must not be a reason to write again.
    compared: (local) => [canonicalLine(local.role), created(local)],
  });
}

/** User and contact. Days are those of the portal's clock, as everything else that people see beside them. */
export function userMapFor(place: Place): FieldMap {
  return {
    entity: 'user',
    place,
    pairs: [
      namePair,
      multifieldPair('email', 'email', 'EMAIL'),
      multifieldPair('phone', 'phone', 'PHONE', place),
      detailsOf(place),
    ],
  };
}

export const userMap = userMapFor(defaultPlace);
