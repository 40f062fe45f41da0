import type { Clock } from '../lib/clock.ts';
import { notFound } from '../lib/errors.ts';
import { type Entity, entityOf, pairKinds } from '../lib/records.ts';
import { type Database, queryRows } from '../models/database.ts';
import type { CardContract } from './answers/cards.ts';
import { type CardConflict, listCardConflicts } from './card-conflicts.ts';
import { readCardContracts } from './card-contracts.ts';
import { type Card, findCardMapping } from './cards.ts';
import { type PairView, type PairViewDeps, viewPair } from './pair-view.ts';

type Columns = Record<string, unknown>;

export interface CardPairDeps extends PairViewDeps {
  clock: Clock;
}

/** Somebody looks at the tab just after a save in the card: what was read before is too old. */
const freshMs = 1000;

export interface CardPair extends PairView {
  /** What a manager wants to know of the CRM record; null when it is gone. */
  record: Columns | null;
  /** Of the object's contract what its deal shows too; the client's name only for those who may see all records. */
  contract: Columns | null;
  /** All contracts that stand behind a company; null for other cards. */
  contracts: CardContract[] | null;
  /** Those of every contract behind a company, not of the first alone. */
  conflicts: CardConflict[];
}

const shown: Record<Entity, string> = {
  object: 'name, imei, type, status, description',
  user: 'name, email, phone, role',
  contract: 'number, title, client_name, client_inn, client_email, client_phone, status, start_date, end_date',
};

/** Shows the pair behind a card, with the CRM record. Throws `not_found` when no CRM record stands behind it. */
export async function viewCardPair(deps: CardPairDeps, card: Card, seesLists: boolean): Promise<CardPair> {
  const mapping = await findCardMapping(deps, card);
  if (!mapping) throw notFound();
  const { tenantId } = card;
  const entity = entityOf[card.type];
  const since = new Date(deps.clock.now().getTime() - freshMs);
  const [view, record, contract, contracts, conflicts] = await Promise.all([
    viewPair(deps, tenantId, mapping.id, since),
    readRecord(deps.db, tenantId, { entity, id: mapping.local_id }),
    entity === 'object' ? readContract(deps.db, tenantId, mapping.local_id, seesLists) : null,
    entity === 'contract' ? readCardContracts(deps.db, card, seesLists) : null,
    listCardConflicts(deps, card, mapping.local_id),
  ]);
  // A client is shown to those who may see all records.
  const company_names = seesLists || entity === 'contract' ? view.company_names : {};
  return { ...view, company_names, record, contract, contracts, conflicts };
}

async function readRecord(
  db: Database,
  tenantId: number,
  { entity, id }: { entity: Entity; id: number },
): Promise<Columns | null> {
  const [row] = await queryRows<Columns>(
    db,
    `select ${shown[entity]} from ${pairKinds[entity].table} where tenant_id = $tenantId and id = $id and deleted_at is null`,
    { tenantId, id },
  );
  return row ?? null;
}

async function readContract(
  db: Database,
  tenantId: number,
  objectId: number,
  seesLists: boolean,
): Promise<Columns | null> {
  const [row] = await queryRows<Columns>(
    db,
    `select c.number, c.start_date, c.end_date, case when $seesLists then c.client_name end as client_name
       from objects o join contracts c on c.tenant_id = o.tenant_id and c.id = o.contract_id and c.deleted_at is null
      where o.tenant_id = $tenantId and o.id = $objectId`,
    { tenantId, objectId, seesLists },
  );
  return row ?? null;
}
