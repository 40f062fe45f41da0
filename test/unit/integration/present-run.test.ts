import { expect } from 'chai';
import { presentCounts, presentRun } from '../../../app/integration/present-run.ts';
import type { RunRow } from '../../../app/sync/runs/run-row.ts';

const startedAt = new Date('2026-11-24T10:00:00Z');
const at = (seconds: number) => new Date(startedAt.getTime() + seconds * 1000);

function buildRun(changes: Partial<RunRow> = {}): RunRow {
  return {
    id: 5,
    kind: 'sync',
    undo: null,
    tenant_id: 1,
    direction: 'to_bitrix',
    entities: ['object'],
    filter: {},
    dry_run: false,
    silent: false,
    import_new: false,
    state: 'running',
    scan: null,
    total: 100,
    done: 40,
    created: 30,
    updated: 5,
    unchanged: 3,
    skipped: 0,
    excluded: 0,
    failed: 2,
    conflicts: 1,
    done_by_entity: { object: 38 },
    errors: [],
    preview: [],
    preview_groups: {},
    settings_seen: null,
    preview_id: null,
    starts_at: null,
    requested_by: 'someone',
    created_at: startedAt,
    finished_at: null,
    ...changes,
  };
}

describe('presentRun', () => {
  it('tells the rate so far and the seconds that remain', () => {
    const run = presentRun(buildRun(), at(20));
    expect(run).to.include({ rate: 2, eta_sec: 30 });
  });

  it('promises no less than what the rest costs on its portal, however fast it went so far', () => {
    const spent = { level: 400, refreshedAt: at(20).getTime(), cost: 1, blockedUntil: null };
    const portal = {
      now: at(20).getTime(),
      bucket: { size: 50, drain: 2, level: 0 },
      methods: new Map([['crm.item.add', spent]]),
    };
    const run = buildRun({ total: 1000, done: 500, created: 500, updated: 0 });
    expect(presentRun(run, at(20)).eta_sec).to.equal(20);
    expect(presentRun(run, at(20), portal).eta_sec).to.be.above(500);
    const dry = presentRun({ ...run, dry_run: true }, at(20), portal);
    expect(dry.eta_sec, 'a look writes nothing').to.equal(20);
  });

  it('promises nothing while the records are still being counted', () => {
    const scan = { entity: 'object', afterId: 50, step: 'known' } as const;
    expect(presentRun(buildRun({ scan }), at(20)).eta_sec).to.equal(null);
  });

  it('promises nothing before the first record is done', () => {
    expect(presentRun(buildRun({ done: 0 }), at(20))).to.include({ rate: 0, eta_sec: null });
  });

  it('measures a finished run by its own time, whenever it is asked', () => {
    const run = presentRun(buildRun({ state: 'finished', done: 100, finished_at: at(50) }), at(5000));
    expect(run).to.include({ rate: 2, eta_sec: 0, finished_at: '2026-11-24T10:00:50.000Z' });
  });

  it('counts a run of a fraction of a second as one of a second', () => {
    expect(presentRun(buildRun({ done: 40 }), at(0.01)).rate).to.equal(40);
  });

  it('shows no tenant and no scan state', () => {
    expect(presentRun(buildRun(), at(1))).to.not.have.any.keys('tenant_id', 'scan');
  });
});

describe('presentCounts', () => {
  it('has the counts that callers of sync/to know', () => {
    const errors = [{ code: 'x' }];
    const counts = presentCounts(buildRun({ done_by_entity: { object: 7, user: 3 }, errors }), at(1));
    expect(counts).to.deep.include({ objects_synced: 7, users_synced: 3, contracts_synced: 0, errors });
    expect(counts.run.id).to.equal(5);
  });
});
