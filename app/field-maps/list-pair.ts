import { canonicalBoolean, canonicalLine, isEmpty } from './canonical.ts';
import type { Column } from './columns.ts';
import { firstStage, funnelOf, inFunnel } from './stages.ts';
import type { Canonical, Choice, CustomPair, FieldPair, Gap, LocalRecord, RemoteValues } from './types.ts';
import { insteadOf, valueMapOf } from './value-map.ts';

/** A list's value as it is written into a record: ids of lists are numbers or codes, both are told as text. */
function canonicalChoice(value: unknown): Canonical {
  return isEmpty(value) || value === 0 || value === '0' ? null : String(value);
}

/** Where a deal stands: funnel 0 is a value like any other. */
function canonicalFunnel(value: unknown): Canonical {
  return isEmpty(value) ? null : String(value);
}

/**
 * The pair of a column with a list of the portal: an enumeration, an entry of a CRM list, a stage, a funnel, an employee. Each side keeps its
 * own words: a value that stands for the same on the other side is left as it was written. `choices` are the list's values.
 */
export function listPair(pair: CustomPair, column: Column, choices: readonly Choice[] | undefined): FieldPair {
  const { local, bitrix24, owner, conversion } = pair;
  const map = valueMapOf(pair, choices);
  const canonical = column.type === 'boolean' ? canonicalBoolean : canonicalLine;
  const isPlace = conversion === 'stage' || conversion === 'category';
  const readLocal = (record: LocalRecord) => canonical(record[local]);
  const readRemote = ({ fields }: RemoteValues) =>
    conversion === 'category' ? canonicalFunnel(fields[bitrix24]) : canonicalChoice(fields[bitrix24]);

  /** The value to be sent for a record; a stage is one of the funnel that the deal stands in. */
  function choose(record: LocalRecord, funnel: number | null): { value: Canonical } | { gap: Gap } {
    const crm = readLocal(record);
    if (crm === null) return { value: null };
    const found = map.toList(crm);
    const fits = conversion === 'stage' ? found.filter((id) => inFunnel(id, funnel)) : found;
    const [first] = fits;
    if (first !== undefined) return { value: first };
    const instead = insteadOf(map.unmapped.toBitrix);
    if ('gap' in instead || conversion !== 'stage' || inFunnel(instead.value, funnel)) return instead;
    return { gap: 'error' };
  }

  function understand(id: Canonical): { value: Canonical } | { gap: Gap } {
    if (id === null) return { value: null };
    const crm = map.toCrm(id);
    return crm === null ? insteadOf(map.unmapped.fromBitrix) : { value: canonical(crm) };
  }

  const funnelNow = ({ fields }: RemoteValues) => (isEmpty(fields.CATEGORY_ID) ? null : Number(fields.CATEGORY_ID));
  const encodeIn = (record: LocalRecord, funnel: number | null) => {
    const chosen = choose(record, funnel);
    return 'gap' in chosen ? null : chosen.value;
  };
  return {
    key: `${local}:${bitrix24}`,
    owner,
    localFields: [local],
    remoteFields: conversion === 'stage' || conversion === 'category' ? placeFields(bitrix24) : [bitrix24],
    fingerprint: map.fingerprint,
    goesByNames: pair.values === undefined,
    nameOf: (id) => choices?.find((choice) => choice.id === id)?.name ?? null,
    // Names that were never read say nothing.
    isKnown: () => pair.values !== undefined || choices !== undefined,
    readLocal,
    readRemote,
    encode: (record) => encodeIn(record, null),
    ...(conversion === 'stage' && {
      encodeAt: (record: LocalRecord, remote: RemoteValues) => encodeIn(record, funnelNow(remote)),
    }),
    gaps(record, remote) {
      const sent = choose(record, funnelNow(remote));
      const taken = understand(readRemote(remote));
      // The outcome of a deal is history: it is told to the CRM and never taken back.
      const isOver = isPlace && isClosed(remote);
      return {
        ...(isOver ? { toRemote: 'keep' as const } : 'gap' in sent && { toRemote: sent.gap }),
        ...('gap' in taken && { toLocal: taken.gap }),
      };
    },
    decode(id) {
      const taken = understand(id);
      if ('gap' in taken || (taken.value === null && column.required)) return {};
      return { [local]: column.type === 'boolean' && taken.value !== null ? taken.value === 'Y' : taken.value };
    },
    write(remote, value) {
      if (conversion === 'category') return moveTo(remote, value, choices);
      if (conversion === 'stage') return putInto(remote, value);
      return { ...remote, fields: { ...remote.fields, [bitrix24]: value } };
    },
  };

  /** A deal that is moved to another funnel by another pair takes the stage of the same meaning there. */
  function putInto(remote: RemoteValues, stage: Canonical): RemoteValues {
    const funnel = funnelNow(remote);
    if (stage === null) return remote;
    const crm = map.toCrm(stage);
    const sibling = crm === null ? undefined : map.toList(crm).find((id) => inFunnel(id, funnel));
    if (funnel !== null && !inFunnel(stage, funnel)) {
      return sibling === undefined ? remote : { ...remote, fields: { ...remote.fields, STAGE_ID: sibling } };
    }
    // A new deal stands where its stage is.
    return { ...remote, fields: { ...remote.fields, CATEGORY_ID: funnelOf(stage), STAGE_ID: stage } };
  }
}

function placeFields(field: string): string[] {
  return [field, field === 'STAGE_ID' ? 'CATEGORY_ID' : 'STAGE_ID'];
}

/** Funnel and stage go together (crm-item-update.md, 2026-08-18): the stage of the same name there, else its first. */
function moveTo(remote: RemoteValues, funnel: Canonical, choices: readonly Choice[] | undefined): RemoteValues {
  if (funnel === null) return remote;
  const stages = choices?.find(({ id }) => id === funnel)?.stages ?? [];
  const all = choices?.flatMap((choice) => choice.stages ?? []) ?? [];
  const name = all.find(({ id }) => id === String(remote.fields.STAGE_ID ?? ''))?.name;
  const stage = (stages.find((one) => one.name === name) ?? stages[0])?.id ?? firstStage(Number(funnel));
  return { ...remote, fields: { ...remote.fields, CATEGORY_ID: Number(funnel), STAGE_ID: stage } };
}

function isClosed({ fields }: RemoteValues): boolean {
  return fields.CLOSED === 'Y' || fields.STAGE_SEMANTIC_ID === 'S' || fields.STAGE_SEMANTIC_ID === 'F';
}
