import { canonicalDate, canonicalId, canonicalLine, canonicalText } from './canonical.ts';
import { detailsPair, labelledLine, readAbove, shownAbove, writeAbove } from './comments.ts';
import { titlePair } from './titles.ts';
import type { FieldMap, FieldPair, LocalRecord, RemoteValues } from './types.ts';

/** The object's description is what people wrote into COMMENTS, above the marker line or below it. */
const description: FieldPair = {
  key: 'description',
  owner: 'both',
  localFields: ['description'],
  remoteFields: ['COMMENTS'],
  readLocal: (local) => canonicalText(local.description),
  readRemote: readAbove,
  encode: (local) => shownAbove(local.description),
  decode: (value) => ({ description: value }),
  write: writeAbove,
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

/**
 * The end of the contract. A deal in a final stage keeps its date: the portal sets it to the day on which the deal was closed
 * (a setting of the portal, on by default), and reports count by it.
 */
const closeDate: FieldPair = {
  ...datePair('close_date', 'contract_end_date', 'CLOSEDATE'),
  isKnown: (_local, remote) => !isClosed(remote),
};

/** The deal is in a final stage: won or lost. */
export function isClosed({ fields }: RemoteValues): boolean {
  return fields.CLOSED === 'Y' || fields.STAGE_SEMANTIC_ID === 'S' || fields.STAGE_SEMANTIC_ID === 'F';
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
    titlePair,
    description,
    details,
    datePair('begin_date', 'contract_start_date', 'BEGINDATE'),
    closeDate,
    company,
  ],
};
