import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { spokenOf } from '../support/promql.ts';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
}
interface Rules {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string; description: string } }[] }[];
}

describe('measures', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld({ ...unlimited });
    tenant = await world.addTenant();
    await world.connectWithEvents(tenant);
    await world.sql(`insert into objects (tenant_id, name) values ($1, 'Камаз 5490')`, [tenant.id]);
    await world.settled();
    await world.call(tenant.token, 'POST', '/api/integration/bitrix24/sync/to', { all: true, wait: true });
  });
  after(() => world.stop());

  const text = async () => (await world.call(null, 'GET', '/metrics')).body as string;
  /** The value of a sample by the beginning of its line; 0 where there is none. */
  const value = async (sample: string) => {
    const line = (await text()).split('\n').find((one) => one.startsWith(`${sample} `));
    return Number(line?.slice(sample.length + 1) ?? 0);
  };
  const synced = (result: string, direction: string) =>
    value(`bitrix24_syncs_total{result="${result}",entity="object",direction="${direction}"}`);

  it('count records that were synchronised, by kind and direction', async () => {
    const before = [await synced('ok', 'to_bitrix'), await synced('ok', 'from_bitrix')];
    expect(before[0]).to.equal(1);
    const [deal] = world.portal.records('deal').list();
    world.portal.records('deal').update(Number(deal?.ID), { TITLE: 'Камаз 5490 Neo' });
    await world.settled();
    expect([await synced('ok', 'to_bitrix'), await synced('ok', 'from_bitrix')]).to.deep.equal([
      1,
      Number(before[1]) + 1,
    ]);
    expect(await value('bitrix24_events_total{result="stored"}')).to.be.above(0);
  });

  it('count failures by kind and code, and what only this portal says as "other"', async () => {
    for (const code of ['CRM_FIELD_ERROR_REQUIRED', 'OUR_OWN_ROBOT_SAYS_NO']) {
      const action = { kind: 'refuse', status: 400, error: code, description: 'no' } as const;
      const mend = world.portal.faults.add({ method: 'crm.item.add', action });
      await world.sql(`insert into objects (tenant_id, name) values ($1, $2)`, [tenant.id, code]);
      await eventually(async () => {
        expect(await world.sql('select 1 from integration_errors where code = $1', [code])).to.have.length(1);
      });
      mend();
    }
    await eventually(async () => {
      expect(await value('bitrix24_sync_errors_total{kind="validation",code="crm_field_error_required"}')).to.be.above(
        0,
      );
      expect(await value('bitrix24_sync_errors_total{kind="validation",code="other"}')).to.be.above(0);
      expect(await synced('error', 'to_bitrix')).to.be.above(1);
    });
    expect(await text()).to.not.match(/our_own_robot/i);
  });

  it('count requests to portals by method and result', async () => {
    const ok = 'bitrix24_rest_request_duration_seconds_count{method="profile",result="ok"}';
    const before = await value(ok);
    await world.call(tenant.token, 'DELETE', '/api/integration/bitrix24/cache');
    await world.call(tenant.token, 'GET', '/api/integration/bitrix24/health');
    expect(await value(ok)).to.equal(before + 1);
    expect(await value('bitrix24_rest_request_duration_seconds_count{method="batch",result="ok"}')).to.be.above(0);
  });

  it('show what waits, from the database, a moment old at the most', async () => {
    await world.sql(
      `insert into sync_queue (tenant_id, entity, side, record_id, due_at, queued_at, waits_for)
       values ($1, 'object', 'bitrix24', 999, now() + interval '1 hour', now() - interval '2 hours', 'kind:object')`,
      [tenant.id],
    );
    await eventually(async () => {
      expect(await value('bitrix24_queue_depth{state="later"}')).to.equal(1);
    });
    await world.sql('delete from sync_queue');
    expect(await value('bitrix24_connections{state="active"}')).to.equal(1);
    await eventually(async () => expect(await value('bitrix24_open_errors{kind="validation"}')).to.equal(2));
  });

  it('name no company, portal or record', async () => {
    const shown = await text();
    expect(shown).to.not.include(world.portal.host);
    expect(shown).to.not.match(/tenant|Ромашка|Камаз/);
  });

  describe('that are watched by the files for Grafana and Prometheus', () => {
    const dashboard = JSON.parse(read('config/deploy/grafana-dashboard.json')) as Dashboard;
    const rules = (parse(read('config/deploy/prometheus-rules.yaml')) as Rules).groups.flatMap((group) => group.rules);
    const expressions = [
      ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: title, expr }))),
      ...rules.map(({ alert, expr }) => ({ where: alert, expr })),
    ];
    const family = (name: string, families: ReadonlySet<string>) =>
      families.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    const familiesIn = (shown: string) => new Set([...shown.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));

    it('exist', async () => {
      const families = familiesIn(await text());
      for (const { where, expr } of expressions) {
        const { metrics } = spokenOf(expr);
        expect(metrics, where).to.not.be.empty;
        for (const metric of metrics)
          expect(families.has(family(metric, families)), `${where}: ${metric}`).to.equal(true);
      }
    });

    it('have the labels that they are asked by', async () => {
      const shown = await text();
      const families = familiesIn(shown);
      for (const { where, expr } of expressions) {
        const { metrics, labels } = spokenOf(expr);
        for (const metric of metrics) {
          const samples = [...shown.matchAll(new RegExp(`^${metric}\\{(.*)\\} `, 'gm'))];
          if (samples.length === 0 || !families.has(family(metric, families))) continue;
          const present = new Set(
            samples.flatMap(([, inner = '']) => [...inner.matchAll(/(\w+)="/g)].map(([, one]) => one)),
          );
          for (const label of labels) expect(present, `${where}: ${metric}`).to.include(label);
        }
      }
    });

    it('are all of the synchronisation’s own, and stand in the README', async () => {
      const own = [...familiesIn(await text())].filter((name) => name.startsWith('bitrix24_'));
      expect(own.length).to.be.above(14);
      const watched = expressions.flatMap(({ expr }) => spokenOf(expr).metrics);
      const readme = read('README.md');
      for (const name of own) {
        expect(
          watched.some((metric) => metric.startsWith(name)),
          name,
        ).to.equal(true);
        expect(readme, name).to.include(`\`${name}\``);
      }
    });

    it('each rule says what is wrong and what to look at', () => {
      expect(rules.length).to.be.above(5);
      for (const { alert, annotations } of rules) {
        expect(annotations.summary, alert).to.match(/\w{3}/);
        expect(annotations.description, alert).to.match(/\w{3}/);
      }
    });
  });
});
