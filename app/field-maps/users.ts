import { canonicalDate, canonicalLine, clip } from './canonical.ts';
import { detailsPair, labelledLine } from './comments.ts';
import { multifieldPair } from './multifields.ts';
import type { FieldMap, FieldPair } from './types.ts';

/** NAME and LAST_NAME hold 50 characters each (contact table of the self-hosted edition, 2026-05). */
const nameLength = 50;

/**
 * First word and the rest, one below the other, because the two fields cannot be told apart in one line. A contact whose both names
 * were emptied gets ours back: a user needs a name.
 */
const name: FieldPair = {
  key: 'name',
  owner: 'both',
  localFields: ['name'],
  remoteFields: ['NAME', 'LAST_NAME'],
  readLocal: (local) => canonicalLine(local.name),
  readRemote(remote) {
    const first = canonicalLine(remote.fields.NAME) ?? '';
    const last = canonicalLine(remote.fields.LAST_NAME) ?? '';
    return first || last ? `${first}\n${last}` : null;
  },
  encode(local) {
    const [first = '', ...rest] = (canonicalLine(local.name) ?? '').split(' ');
    return first === '' ? null : `${clip(first, nameLength)}\n${clip(rest.join(' '), nameLength)}`;
  },
  decode(value) {
    const joined = canonicalLine(value);
    return joined === null ? {} : { name: joined };
  },
  write(remote, value) {
    const [first = '', last = ''] = (value ?? '').split('\n');
    return { ...remote, fields: { ...remote.fields, NAME: first, LAST_NAME: last } };
  },
};

const details = detailsPair({
  localFields: ['role', 'created_at'],
  lines: (local) => [
    ...labelledLine('Роль', canonicalLine(local.role)),
    ...labelledLine('Создан', canonicalDate(local.created_at)),
    ...labelledLine('Обновлён', canonicalDate(local.updated_at)),
  ],
  // Writing to the portal changes the date of change: it must not be a reason to write again.
  compared: (local) => [canonicalLine(local.role), canonicalDate(local.created_at)],
});

/** User and contact. */
export const userMap: FieldMap = {
  entity: 'user',
  pairs: [name, multifieldPair('email', 'email', 'EMAIL'), multifieldPair('phone', 'phone', 'PHONE'), details],
};
