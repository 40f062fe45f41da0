import { canonicalEmail, canonicalLine, canonicalPhone } from '../../field-maps/canonical.ts';
import {
  defaultPlace,
  type FieldMap,
  nothingRemembered,
  type Place,
  type RemoteValues,
} from '../../field-maps/types.ts';
import type { Entity } from '../../lib/records.ts';
import type { RemoteShadow } from './merge.ts';

/** What a contact or company could be reached by, and was called, when it was last seen. */
export interface Address {
  email: string | null;
  phone: string | null;
  name: string | null;
}

const keys = {
  user: { email: 'email', phone: 'phone', name: 'name' },
  contract: { email: 'client_email', phone: 'client_phone', name: 'client_name' },
} as const;

/** The address of a record that is gone, from its shadow. */
export function addressOf(entity: Exclude<Entity, 'object'>, { values }: RemoteShadow): Address {
  const { email, phone, name } = keys[entity];
  return { email: values[email] ?? null, phone: values[phone] ?? null, name: canonicalLine(values[name]) };
}

/** A record of the portal that may have taken another one in. */
export type Candidate = RemoteValues & { id: number };

export type Survivor<Found> = { is: 'certain'; record: Found } | { is: 'unclear'; ids: number[] } | { is: 'none' };

/**
 * Which record took in one that is gone. Merging in the portal leaves no trace but this: the deals of the lost company are with the
 * survivor, and the survivor holds every e-mail and phone of the lost record (crm-entity-merge-batch, 2026-08). `companies` are those
 * that its deals show now, 0 for none; they say more than an address, which two people may share. A phone alone is certain only where the
 * names agree. Pure.
 */
export function survivorOf<Found extends Candidate>(
  lost: Address,
  fieldMap: FieldMap,
  { companies, candidates }: { companies: ReadonlySet<number>; candidates: readonly Found[] },
): Survivor<Found> {
  if (companies.size > 0) {
    const [id] = companies;
    const record = candidates.find((candidate) => candidate.id === id);
    if (companies.size === 1 && record) return { is: 'certain', record };
    const ids = [...companies].filter((company) => company > 0);
    return ids.length > 0 ? { is: 'unclear', ids } : { is: 'none' };
  }
  const { country } = fieldMap.place ?? defaultPlace;
  const heirs = candidates.filter((candidate) => holds(candidate, lost, country));
  const [heir] = heirs;
  if (!heir) return { is: 'none' };
  const isProved = lost.email !== null || nameIn(fieldMap, heir) === lost.name;
  return heirs.length === 1 && isProved
    ? { is: 'certain', record: heir }
    : { is: 'unclear', ids: heirs.map(({ id }) => id) };
}

function holds({ multifields }: RemoteValues, { email, phone }: Address, country: Place['country']): boolean {
  if (email === null && phone === null) return false;
  const has = (type: string, wanted: string | null, canonical: (value: unknown) => string | null) =>
    wanted === null || multifields.some(({ typeId, value }) => typeId === type && canonical(value) === wanted);
  return has('EMAIL', email, canonicalEmail) && has('PHONE', phone, (value) => canonicalPhone(value, country));
}

function nameIn(fieldMap: FieldMap, record: RemoteValues): string | null {
  const pair = fieldMap.pairs.find(({ key }) => key === 'name' || key === 'client_name');
  return canonicalLine(pair?.readRemote(record, nothingRemembered));
}
