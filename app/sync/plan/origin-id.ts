import { type Entity, entities, originator } from '../../lib/records.ts';

/** Whose records an origin may name: those of one kind of one company in one CRM database. */
export interface OriginOwner {
  /** Eight letters: `databaseName`. */
  database: string;
  tenantId: number;
  entity: Entity;
}

/** ORIGINATOR_ID and ORIGIN_ID of a Bitrix24 record. */
export interface OriginMarks {
  originatorId: string | null;
  originId: string | null;
}

/**
 * What an origin says. `none`: people made the record, or another system did. `ours`: it names a local record of the owner; the `former`
 * form lacks the database, so that another mark of ours has to vouch for it. `others`: Axenta made it for somebody else, `database` is
 * set when that is another CRM database.
 */
export type Origin =
  | { whose: 'none' }
  | { whose: 'ours'; localId: number; former: boolean }
  | { whose: 'others'; database: string | null; localId: number | null };

/** ORIGIN_ID of the record made for a local one: it is how a create whose answer was lost is found again. */
export function originOf({ database, tenantId, entity }: OriginOwner, localId: number): string {
  return `${database}:${tenantId}:${entity}:${localId}`;
}

/** What earlier releases wrote. A row's number is no identity among several databases. */
export function formerOriginOf({ tenantId, entity }: OriginOwner, localId: number): string {
  return `${tenantId}:${entity}:${localId}`;
}

/** Reads what an origin says. An ORIGIN_ID that a person has emptied says nothing. Pure. */
export function readOrigin(owner: OriginOwner, { originatorId, originId }: OriginMarks): Origin {
  if (originatorId !== originator || originId === null) return { whose: 'none' };
  const parts = originId.split(':');
  const database = parts.length === 4 ? (parts[0] ?? '') : null;
  const [tenant, kind, id] = parts.slice(-3);
  const isForm = parts.length === 3 || (database !== null && /^[a-z]{8}$/.test(database));
  if (!isForm) return { whose: 'others', database: null, localId: null };
  const isOwnRow = tenant === String(owner.tenantId) && kind === owner.entity && entities.includes(owner.entity);
  const localId = isOwnRow ? rowNumber(id) : null;
  const isElsewhere = database !== null && database !== owner.database;
  if (isElsewhere || localId === null) return { whose: 'others', database: isElsewhere ? database : null, localId };
  return { whose: 'ours', localId, former: database === null };
}

function rowNumber(text: string | undefined): number | null {
  const id = Number(text);
  return Number.isSafeInteger(id) && id > 0 && id <= 2_147_483_647 && String(id) === text ? id : null;
}

/**
 * The ORIGIN_ID that the record of a linked local one should carry and does not: it was written in the former form, names another local
 * record that it was linked with before, or another name of this very database. Null when it is in order, or not ours to write.
 */
export function renewedOrigin(owner: OriginOwner, marks: OriginMarks, localId: number): string | null {
  const wanted = originOf(owner, localId);
  if (marks.originId === wanted) return null;
  const origin = readOrigin(owner, marks);
  const isOwn = origin.whose === 'ours' || (origin.whose === 'others' && origin.localId === localId);
  return isOwn ? wanted : null;
}

/** What is known of the Bitrix24 record that a local one had. */
export interface KnownRecord {
  remoteId: number;
  /** When it was made in the portal; null for what was linked before that was remembered. */
  remoteCreatedAt: Date | null;
  /** When it was linked. */
  linkedAt: Date;
}

/**
 * Whether a record is a known one that came back from the recycle bin: it has a new id and keeps the time of its creation
 * (crm/lib/Service/Operation/Restore.php of the vendor's module; a copy gets a time of its own). Where the time was not remembered, a
 * record that was made before the link, yet has a higher id than the linked one, can only have come back. Pure.
 */
export function isRestored(known: KnownRecord, record: { id: number; createdAt: Date | null }): boolean {
  const { createdAt } = record;
  if (createdAt === null) return false;
  if (known.remoteCreatedAt) return createdAt.getTime() === known.remoteCreatedAt.getTime();
  return record.id > known.remoteId && createdAt.getTime() <= known.linkedAt.getTime();
}

/**
 * Whether a record that carries the origin of a known one took that one in when people merged the two: the origin moves to the survivor
 * (crm-entity-merge-batch.md, 2026-08: an empty field takes the other one's value). A copy is made later than what it copies. Pure.
 */
export function tookIn(known: KnownRecord, record: { createdAt: Date | null }): boolean {
  const { remoteCreatedAt } = known;
  return (
    record.createdAt !== null && remoteCreatedAt !== null && record.createdAt.getTime() < remoteCreatedAt.getTime()
  );
}
