import { canonicalDate, canonicalLine, clip } from './canonical.ts';
import { detailsPair, labelledLine } from './comments.ts';
import { multifieldPair } from './multifields.ts';
import { type Canonical, defaultPlace, type FieldMap, type FieldPair, type LocalRecord, type Place } from './types.ts';

/** TITLE of a company holds 255 characters. */
const titleLength = 255;

function nameless(local: LocalRecord): Canonical {
  const number = canonicalLine(local.number);
  return number === null ? null : `Договор ${number}`;
}

/** The client is the company. A contract without a client's name is shown by its number, which never becomes a name. */
const clientName: FieldPair = {
  key: 'client_name',
  owner: 'both',
  localFields: ['client_name', 'number'],
  remoteFields: ['TITLE'],
  readLocal: (local) => canonicalLine(local.client_name),
  readRemote: (remote) => canonicalLine(remote.fields.TITLE),
  encode(local) {
    const shown = canonicalLine(local.client_name) ?? nameless(local);
    return shown === null ? null : clip(shown, titleLength);
  },
  decode(value, local) {
    if (value === null) return {};
    return { client_name: value === nameless(local) ? null : value };
  },
  write: (remote, value) => ({ ...remote, fields: { ...remote.fields, TITLE: value } }),
};

function period(local: LocalRecord): Canonical {
  const start = canonicalDate(local.start_date);
  const end = canonicalDate(local.end_date);
  return start === null && end === null ? null : `${start ?? '…'} — ${end ?? '…'}`;
}

function detailLines(local: LocalRecord): string[] {
  return [
    ...labelledLine('Договор', canonicalLine(local.number)),
    ...labelledLine('Название', canonicalLine(local.title)),
    ...labelledLine('Срок', period(local)),
    ...labelledLine('ИНН', canonicalLine(local.client_inn)),
    ...labelledLine('КПП', canonicalLine(local.client_kpp)),
  ];
}

const details = detailsPair({
  localFields: ['number', 'title', 'start_date', 'end_date', 'client_inn', 'client_kpp'],
  lines: detailLines,
  compared: detailLines,
  isShared: true,
});

/** Contract and company. */
export function contractMapFor(place: Place): FieldMap {
  return {
    entity: 'contract',
    place,
    pairs: [
      clientName,
      multifieldPair('client_email', 'client_email', 'EMAIL'),
      multifieldPair('client_phone', 'client_phone', 'PHONE', place),
      details,
    ],
  };
}

export const contractMap = contractMapFor(defaultPlace);
