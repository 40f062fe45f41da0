import { type Entity, entities, originator } from '../../lib/records.ts';

/** ORIGIN_ID of the record made for a local one: it is how a create whose answer was lost is found again. */
export function originOf(tenantId: number, entity: Entity, localId: number): string {
  return `${tenantId}:${entity}:${localId}`;
}

/** The local id that an origin names, or null when it is not ours, of another kind, or another tenant's. */
export function localIdOf(
  tenantId: number,
  entity: Entity,
  remote: { originatorId: string | null; originId: string | null },
): number | null {
  if (remote.originatorId !== originator || remote.originId === null) return null;
  const [tenant, kind, id, ...rest] = remote.originId.split(':');
  if (rest.length > 0 || tenant !== String(tenantId) || kind !== entity || !entities.includes(entity)) return null;
  const localId = Number(id);
  return Number.isSafeInteger(localId) && localId > 0 && localId <= 2_147_483_647 ? localId : null;
}
