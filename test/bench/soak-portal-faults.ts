import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRule } from '../portal/faults.ts';
import type { RightAction } from '../portal/rights.ts';
import type { Random } from './random.ts';
import type { FaultKinds } from './soak-faults.ts';
import type { SoakWorld } from './soak-world.ts';

const kinds = ['deal', 'contact', 'company'] as const;
const writing = ['crm.item.add', 'crm.item.update', 'crm.item.delete'] as const;

const batchOf = (method: string) => (params: Record<string, unknown>) => JSON.stringify(params).includes(method);

/** What goes wrong at the portal: each comes to its end by itself, and resolves then. */
export function makePortalFaults(world: SoakWorld, random: Random): FaultKinds {
  const anyPortal = () => random.pick(world.portals);
  const seconds = (from: number, to: number) => sleep(1000 * (from + random.integer(to - from + 1)));
  const once = (rule: Omit<FaultRule, 'times'>) => async () => anyPortal().faults.add({ ...rule, times: 1 });

  const lose = (action: RightAction) => async () => {
    const giveBack = anyPortal().rights.deny({ kind: random.pick(kinds), action });
    await seconds(2, 5);
    giveBack();
  };

  /** Nights come at the worst moment too. */
  async function hideRecords(): Promise<void> {
    const kind = random.pick(kinds);
    const portal = anyPortal();
    const all = portal.store.all(kind).map(({ id }) => id);
    if (all.length === 0) return;
    const ids = Array.from({ length: 5 }, () => random.pick(all));
    const show = portal.rights.deny({ kind, action: random.pick(['read', 'write'] as const), ids });
    await world.wake('deletion_sweep');
    await seconds(2, 5);
    show();
  }

  async function deleteMany(): Promise<void> {
    const tenant = random.pick(world.tenants);
    const rows = await world.sql<{ id: number }>(
      `select bitrix24_id::int as id from bitrix24_sync_mappings
        where tenant_id = $1 and local_type = 'object' and state = 'linked' order by random() limit 8`,
      [tenant.id],
    );
    for (const { id } of rows) if (tenant.portal.store.get('deal', id)) tenant.portal.records('deal').delete(id);
  }

  async function hang(): Promise<void> {
    const { faults } = anyPortal();
    faults.stall = { kind: 'hang', executed: random.once(2) };
    await seconds(2, 4);
    faults.stall = null;
  }

  async function runOutOfTime(): Promise<void> {
    const method = random.pick(writing);
    const error = { error: 'OPERATION_TIME_LIMIT', description: 'Method is blocked due to operation time limit.' };
    const end = anyPortal().faults.add({ method, action: { kind: 'refuse', status: 429, ...error } });
    await seconds(2, 4);
    end();
  }

  async function stayDown(): Promise<void> {
    const { faults } = anyPortal();
    faults.isDown = true;
    await sleep(300 + random.integer(700));
    faults.isDown = false;
  }

  return {
    'answer lost after creates': once({
      method: 'batch',
      when: batchOf('crm.item.add'),
      action: { kind: 'dropAfter' },
    }),
    'answer lost after updates': once({
      method: 'batch',
      when: batchOf('crm.item.update'),
      action: { kind: 'dropAfter' },
    }),
    'answer lost while working': once({
      method: 'batch',
      when: batchOf('crm.item.add'),
      action: { kind: 'answerLostWhileWorking', ms: 300 },
    }),
    'request lost': once({ method: 'batch', action: { kind: 'dropBefore' } }),
    "balancer's page": once({ method: 'batch', action: { kind: 'html', status: 502 } }),
    'cut in the middle of a batch': once({ method: 'crm.item.add', action: { kind: 'dropAfter' } }),
    'slow answer': async () =>
      anyPortal().faults.add({ method: 'batch', times: 3, action: { kind: 'delay', ms: 300 } }),
    'answer without an end': once({ method: 'batch', when: batchOf('crm.item.list'), action: { kind: 'flood' } }),
    'answer in drops': once({
      method: 'batch',
      when: batchOf('crm.item.list'),
      action: { kind: 'drip', everyMs: 100 },
    }),
    'portal down': stayDown,
    'portal hangs': hang,
    'right to read a kind lost': lose('read'),
    'right to change a kind lost': lose('write'),
    'right to add to a kind lost': lose('add'),
    'right to delete from a kind lost': lose('delete'),
    'records hidden': hideRecords,
    'many deals deleted': deleteMany,
    'method out of operating time': runOutOfTime,
    ...(world.mode === 'app' && {
      'access tokens expired': async () => world.oauth.tokens.expireAccess(),
      'authorization server down': async () => {
        world.oauth.faults.isDown = true;
        world.oauth.tokens.expireAccess();
        await seconds(1, 2);
        world.oauth.faults.isDown = false;
      },
    }),
  };
}
