import { canonicalDate, canonicalId, canonicalLine, canonicalText, clip, plainText } from './canonical.ts';
import { detailsPair, joinComments, labelledLine, shownAbove, splitComments } from './comments.ts';
import type { Canonical, FieldMap, FieldPair, LocalRecord } from './types.ts';

/** TITLE holds 255 characters (deal table of the self-hosted edition, 2026-05). */
const titleLength = 255;

function suffixOf(local: LocalRecord): string {
  const number = canonicalLine(local.contract_number);
  return number === null ? '' : ` (договор ${number})`;
}

/**
 * The object's name with its contract's number behind it. A manager who renames the deal renames the object; the number is taken off
 * again, also an older one. A title that is emptied is put back, because an object needs a name.
 */
const title: FieldPair = {
  key: 'title',
  owner: 'both',
  localFields: ['name', 'contract_number'],
  remoteFields: ['TITLE'],
  readLocal: (local) => {
    const name = canonicalLine(local.name);
    return name === null ? null : name + suffixOf(local);
  },
  readRemote: (remote) => canonicalLine(remote.fields.TITLE),
  encode(local) {
    const name = canonicalLine(local.name);
    const suffix = suffixOf(local);
    return name === null ? null : clip(name, titleLength - suffix.length) + suffix;
  },
  decode(value, local) {
    const name = nameOf(value, local);
    return name === null ? {} : { name };
  },
  write: (remote, value) => ({ ...remote, fields: { ...remote.fields, TITLE: value } }),
};

function nameOf(value: Canonical, local: LocalRecord): Canonical {
  const suffix = suffixOf(local);
  if (value === null || suffix === '') return value;
  if (value.endsWith(suffix)) return canonicalLine(value.slice(0, -suffix.length));
  return canonicalLine(value.replace(/(?:^| )\(договор [^()]*\)$/, ''));
}

/** The object's description is what people see above the marker line. */
const description: FieldPair = {
  key: 'description',
  owner: 'both',
  localFields: ['description'],
  remoteFields: ['COMMENTS'],
  readLocal: (local) => canonicalText(local.description),
  readRemote: (remote) => plainText(splitComments(remote.fields.COMMENTS).above),
  // A description that holds the marker itself would be cut there when it comes back: what stands above it is what can be shown.
  encode: (local) => shownAbove(local.description),
  decode: (value) => ({ description: value }),
  write(remote, value) {
    const { below } = splitComments(remote.fields.COMMENTS);
    return { ...remote, fields: { ...remote.fields, COMMENTS: joinComments({ above: value ?? '', below }) } };
  },
};

function datePair(key: string, column: string, field: string): FieldPair {
  return {
    key,
    owner: 'crm',
    localFields: [column],
    remoteFields: [field],
    readLocal: (local) => canonicalDate(local[column]),
    readRemote: (remote) => canonicalDate(remote.fields[field]),
    encode: (local) => canonicalDate(local[column]),
    decode: () => ({}),
    write: (remote, value) => ({ ...remote, fields: { ...remote.fields, [field]: value } }),
  };
}

/** A contract whose company is not known now (it was deleted there, or is not made yet) takes no company away. */
const company: FieldPair = {
  key: 'company',
  owner: 'crm',
  localFields: ['contract_bitrix24_id'],
  remoteFields: ['COMPANY_ID'],
  isKnown: (local) => local.contract_bitrix24_id !== null || local.has_contract !== true,
  readLocal: (local) => canonicalId(local.contract_bitrix24_id),
  readRemote: (remote) => canonicalId(remote.fields.COMPANY_ID),
  encode: (local) => canonicalId(local.contract_bitrix24_id),
  decode: () => ({}),
  write: (remote, value) => ({ ...remote, fields: { ...remote.fields, COMPANY_ID: value } }),
};

function detailLines(local: LocalRecord): string[] {
  return [
    ...labelledLine('IMEI', canonicalLine(local.imei)),
    ...labelledLine('Тип', canonicalLine(local.type)),
    ...labelledLine('Договор', canonicalLine(local.contract_number)),
    ...labelledLine('Клиент', canonicalLine(local.contract_client_name)),
  ];
}

const details = detailsPair({
  localFields: ['imei', 'type', 'contract_number', 'contract_client_name'],
  lines: detailLines,
  compared: detailLines,
});

/** Object and deal (design: field maps; names of `crm.item.fields`, api-reference/crm/deals/crm-deal-fields.md, 2026-08). */
export const objectMap: FieldMap = {
  entity: 'object',
  pairs: [
    title,
    description,
    details,
    datePair('begin_date', 'contract_start_date', 'BEGINDATE'),
    datePair('close_date', 'contract_end_date', 'CLOSEDATE'),
    company,
  ],
};
