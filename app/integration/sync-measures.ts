import type { Measure } from '../http/metrics.ts';
import type { Clock } from '../lib/clock.ts';
import { makeRememberBriefly } from '../lib/remember-briefly.ts';
import { makeShareInFlight } from '../lib/share-in-flight.ts';
import { type Database, queryRows } from '../models/database.ts';
import { countFaultsByScope } from '../sync/faults/open-faults.ts';
import { readWorstLag } from '../sync/journal/completeness.ts';

/** What takes more than a few steps in an index: several scrapers, and a person who looks besides, cost the database one look. */
const freshMs = 10_000;

interface Waiting {
  depth: number;
  due: number;
  age: number;
}

/**
 * What `/metrics` shows of the synchronisation of all companies together, read from the database: every process shows the same. No
 * company is named: who is behind stands in the company's own health.
 */
export function makeSyncMeasures(db: Database, clock: Clock): Measure[] {
  const remember = makeRememberBriefly<unknown>({ clock, forMs: freshMs, most: 20, failures: 'forgotten' });
  const briefly = <Value>(key: string, read: () => Promise<Value>) => remember(key, read) as Promise<Value>;
  const grouped = (label: string, sql: string) => async () => {
    const rows = await briefly(sql, () => queryRows<{ label: string; count: number }>(db, sql));
    return rows.map((row) => ({ labels: { [label]: row.label }, value: row.count }));
  };
  return [
    ...makeLagMeasures(db, clock),
    ...makeQueueMeasures(() => briefly('queue', () => readQueue(db))),
    {
      name: 'bitrix24_open_faults',
      help: 'Open faults of all companies by scope',
      labels: ['scope'],
      read: async () => (await countFaultsByScope(db)).map(({ scope, count }) => ({ labels: { scope }, value: count })),
    },
    {
      name: 'bitrix24_open_errors',
      help: 'Errors of records that are open, by kind',
      labels: ['kind'],
      read: grouped('kind', openErrors),
    },
    {
      name: 'bitrix24_connections',
      help: 'Companies that are connected to a portal, by state',
      labels: ['state'],
      read: grouped('state', connections),
    },
    {
      name: 'bitrix24_runs',
      help: 'Runs under way, and those of the last 24 hours, by state',
      labels: ['state'],
      read: grouped('state', runs),
    },
  ];
}

/** One look for both, which are taken side by side. */
function makeLagMeasures(db: Database, clock: Clock): Measure[] {
  const share = makeShareInFlight<number>();
  const lag = () => share('lag', () => readWorstLag(db));
  return [
    {
      name: 'bitrix24_sync_lag_seconds',
      help: 'Time since the moment up to which every change is applied, of the company that is furthest behind',
      read: async () => [{ value: await lag() }],
    },
    {
      name: 'bitrix24_complete_until_timestamp_seconds',
      help: 'The moment up to which every change of every connected company is applied',
      read: async () => [{ value: Math.floor(clock.now().getTime() / 1000 - (await lag())) }],
    },
  ];
}

function makeQueueMeasures(queue: () => Promise<Waiting>): Measure[] {
  return [
    {
      name: 'bitrix24_queue_depth',
      help: 'Records that wait in the queue; due: those whose time has come',
      labels: ['state'],
      async read() {
        const { depth, due } = await queue();
        return [
          { labels: { state: 'due' }, value: due },
          { labels: { state: 'later' }, value: depth - due },
        ];
      },
    },
    {
      name: 'bitrix24_queue_oldest_due_seconds',
      help: 'For how long the record that waits longest has been due, among companies that are connected and not paused',
      read: async () => [{ value: (await queue()).age }],
    },
  ];
}

const openErrors = `
  select kind as label, count(*)::integer as count from integration_errors where status <> 'resolved' group by kind`;
const connections =
  'select state as label, count(*)::integer as count from bitrix24_effective_connections group by state';
const runs = `
  select state as label, count(*)::integer as count from sync_runs
   where state = 'running' or created_at > now() - interval '24 hours' group by state`;

async function readQueue(db: Database): Promise<Waiting> {
  const [row] = await queryRows<Waiting>(
    db,
    `select count(*)::integer as depth, (count(*) filter (where q.due_at <= now()))::integer as due,
            coalesce(extract(epoch from now() - min(q.due_at) filter (
              where q.due_at <= now() and p.tenant_id is null and c.state = 'active' and (c.paused_until is null or c.paused_until <= now()))), 0)::float8 as age
       from sync_queue q left join bitrix24_effective_connections c using (tenant_id)
       left join sync_pauses p on p.tenant_id = q.tenant_id and p.entity is null`,
  );
  return row ?? { depth: 0, due: 0, age: 0 };
}
