import { UniqueConstraintError } from 'sequelize';
import type { Bitrix24Client, RemoteRecord } from '../bitrix24/client.ts';
import { containsPattern } from '../http/paging.ts';
import type { Clock } from '../lib/clock.ts';
import { notFound } from '../lib/errors.ts';
import { type Bitrix24Type, type Entity, entityOf, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import { databaseName } from '../models/database-name.ts';
import { retryingTransaction } from '../models/retrying-transaction.ts';
import { readLocal } from '../sync/load/local-rows.ts';
import { tieByHand } from '../sync/load/mappings.ts';
import { readSettings } from '../sync/load/read-settings.ts';
import { readOrigin } from '../sync/plan/origin-id.ts';
import { reasonNotToPair } from '../sync/plan/portals-own.ts';
import { bitrix24Facts, crmFacts, type Outside, ofMark, outsideOf } from '../sync/plan/scope.ts';
import type { KindScope } from '../sync/plan/scope-settings.ts';
import { enqueue, priorities } from '../sync/queue/sync-queue.ts';
import { alreadyLinked, createBusy, creatingIsOff, neverPaired, notCreated, ofOtherDatabase } from './card-errors.ts';
import type { ErrorRow } from './error-list.ts';
import { unlinkPair, waitForPair } from './mapping-actions.ts';
import { findMapping, type MappingRow } from './mapping-list.ts';
import { outsideOfScope } from './outside-text.ts';
import { requireGoing } from './pauses.ts';

export interface CardDeps {
  db: Database;
  clock: Clock;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  /** The caller's connection: when it ends, nothing is waited for any more. */
  signal?: AbortSignal;
}

/** A deal, contact or company whose card is open in the portal. */
export interface Card {
  tenantId: number;
  type: Bitrix24Type;
  id: number;
}

export interface CardState {
  local_type: Entity;
  mapping: MappingRow | null;
  /** Nothing of the pair waits and no error is open. */
  done: boolean;
  error: ErrorRow | null;
  /** The pair is outside of the scope, by this rule: it is linked, or was, and nothing of it is written. */
  excluded: Outside | null;
}

/** What stands behind a card: its mapping, or null when no CRM record does. */
export async function readCard(deps: CardDeps, card: Card): Promise<CardState> {
  return stateOf(deps, card, false);
}

/** A CRM record that could be linked. */
export interface Candidate {
  id: number;
  name: string;
  detail: string | null;
}

const candidateColumns: Record<Entity, { name: string; detail: string; searched: string }> = {
  object: { name: 'name', detail: 'imei', searched: `concat_ws(' ', name, imei, serial_number, phone_number)` },
  user: {
    name: 'name',
    detail: `nullif(concat_ws(', ', email, phone), '')`,
    searched: `concat_ws(' ', name, email, phone)`,
  },
  contract: {
    name: 'number',
    detail: 'client_name',
    searched: `concat_ws(' ', number, title, client_name, client_inn)`,
  },
};

/** CRM records without a pair whose name or number holds the text, the newest first. */
export function findCandidates(deps: CardDeps, card: Card, text: string | undefined): Promise<Candidate[]> {
  const entity = entityOf[card.type];
  const { name, detail, searched } = candidateColumns[entity];
  return queryRows<Candidate>(
    deps.db,
    `select id, ${name} as name, ${detail} as detail from ${pairKinds[entity].table} r
      where tenant_id = $tenantId and deleted_at is null and ($text::text is null or ${searched} ilike $text)
        and not exists (select 1 from bitrix24_sync_mappings m where m.tenant_id = r.tenant_id
              and m.local_type = $entity and m.local_id = r.id and m.state = 'linked')
      order by id desc limit 20`,
    { tenantId: card.tenantId, entity, text: text ? containsPattern(text) : null },
  );
}

/**
 * Links the card with an existing CRM record and has the pair made equal: what only one side has is copied, what both have follows the
 * conflict policy and the losing value is kept as a conflict. Throws `not_found`, or 409 when either side is linked already, its create
 * is under way, another CRM database made the card's record, or either record is outside of the scope. `replaces`: the link that the card
 * has is taken away in the same transaction.
 */
export async function linkCard(
  deps: CardDeps,
  card: Card,
  { localId, replaces }: { localId: number; replaces: boolean },
): Promise<CardState> {
  const { db } = deps;
  const { tenantId } = card;
  const entity = entityOf[card.type];
  const local = (await readLocal(db, { tenantId, entity }, [localId])).get(localId);
  const client = await deps.clientFor(tenantId);
  const remote = await client.find(entity, card.id, { urgency: 'interactive' });
  if (!local || local.deleted || !remote) throw notFound();
  const origin = readOrigin({ database: await databaseName(db), tenantId, entity }, remote);
  if (origin.whose === 'others' && origin.database !== null) throw ofOtherDatabase();
  if (reasonNotToPair(entity, remote)) throw neverPaired();
  const { scope } = await readSettings({ db }, tenantId);
  const facts = { crm: crmFacts(entity, local), bitrix24: bitrix24Facts(entity, remote) };
  refuseOutside(outsideOf(scope[entity], facts));
  try {
    await retryingTransaction(db, async (transaction) => {
      const busy = await queryRows(
        db,
        `select 1 from sync_queue where tenant_id = $tenantId and entity = $entity and side = 'local'
            and record_id = $localId and create_sent_at is not null`,
        { tenantId, entity, localId },
        transaction,
      );
      if (busy.length > 0) throw createBusy();
      // Contracts of one client share a company by themselves; a person chooses for a card that has none.
      const former = await findCardMapping(deps, card);
      if (former && replaces) await unlinkPair(db, tenantId, former, transaction);
      else if (former?.state === 'linked' || former?.state === 'excluded') throw alreadyLinked();
      await tieByHand(db, tenantId, { entity, localId, remoteId: card.id }, transaction);
      const row = { tenantId, entity, side: 'local', recordId: localId, reason: 'asked' } as const;
      await enqueue(db, [{ ...row, priority: priorities.interactive }], transaction);
    });
  } catch (error) {
    if (error instanceof UniqueConstraintError) throw alreadyLinked(error);
    throw error;
  }
  return stateOf(deps, card, true);
}

/**
 * Makes a CRM record of the card's record. Throws `already_linked`, `creating_is_off` when the tenant copies nothing from Bitrix24, or
 * `not_created` when the card has nothing to make a record of, `outside_scope` when the rules leave it out. Repeat-safe.
 */
export async function createFromCard(deps: CardDeps, card: Card): Promise<CardState> {
  const { db } = deps;
  const { tenantId, id: recordId } = card;
  const entity = entityOf[card.type];
  if (await findCardMapping(deps, card)) throw alreadyLinked();
  await requireGoing(db, tenantId, { entities: [entity], localId: null });
  const settings = await readSettings({ db }, tenantId);
  if (settings.directions[entity] === 'to_bitrix') throw creatingIsOff();
  const remote = await (await deps.clientFor(tenantId)).find(entity, recordId, { urgency: 'interactive' });
  if (remote) requireCreatable(entity, settings.scope[entity], remote);
  const row = { tenantId, entity, side: 'bitrix24', recordId, reason: 'import' } as const;
  await enqueue(db, [{ ...row, priority: priorities.interactive }]);
  const state = await stateOf(deps, card, true);
  if (state.done && state.mapping === null) throw notCreated();
  return state;
}

/** Throws `never_paired` or `outside_scope` where a record of the portal gets no CRM record. */
export function requireCreatable(entity: Entity, scope: KindScope, remote: RemoteRecord): void {
  if (reasonNotToPair(entity, remote)) throw neverPaired();
  refuseOutside(outsideOf(scope, { crm: null, bitrix24: bitrix24Facts(entity, remote) }));
}

function refuseOutside(outside: Outside | null): void {
  if (outside) throw outsideOfScope(outside);
}

/** Has the card's pair looked at before everything else. Throws `not_found` when there is none, or 409 `paused`. Repeat-safe. */
export async function syncCard(deps: CardDeps, card: Card): Promise<CardState> {
  const mapping = await findCardMapping(deps, card);
  if (!mapping) throw notFound();
  const { tenantId } = card;
  const { local_type: entity, local_id: recordId } = mapping;
  await requireGoing(deps.db, tenantId, { entities: [entity], localId: recordId });
  const row = { tenantId, entity, side: 'local', recordId } as const;
  await enqueue(deps.db, [{ ...row, reason: 'asked', priority: priorities.interactive }]);
  return stateOf(deps, card, true);
}

async function stateOf(deps: CardDeps, card: Card, wait: boolean): Promise<CardState> {
  const { tenantId } = card;
  const entity = entityOf[card.type];
  const known = await findCardMapping(deps, card);
  const pair = { tenantId, entity, localId: known?.local_id ?? null, remoteId: card.id };
  const { done, error } = await waitForPair(deps, pair, wait);
  const mapping = wait ? await findCardMapping(deps, card) : known;
  return { local_type: entity, mapping, done, error, excluded: ofMark(mapping?.excluded ?? null) };
}

/** The mapping behind a card; of several contracts of one client, the one that is linked. */
export async function findCardMapping(
  { db }: Pick<CardDeps, 'db'>,
  { tenantId, type, id }: Card,
): Promise<MappingRow | null> {
  const [row] = await queryRows<{ id: number }>(
    db,
    `select id from bitrix24_sync_mappings
      where tenant_id = $tenantId and bitrix24_type = $type and bitrix24_id = $remoteId
      order by state = 'linked' desc, local_id limit 1`,
    { tenantId, type, remoteId: String(id) },
  );
  return row ? findMapping(db, tenantId, row.id) : null;
}
