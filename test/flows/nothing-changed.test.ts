import { expect } from 'chai';
import type { PortalSwitches } from '../portal/switches.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const portals: [title: string, switches: Partial<PortalSwitches>][] = [
  ['a current portal', {}],
  [
    'a portal that rewrites texts',
    { lossyText: (text) => text.replaceAll('«', '"').replaceAll('»', '"').replaceAll('ё', 'е').replace(/[🚚]/gu, '?') },
  ],
  ['a portal that keeps comments as HTML', { comments: 'html' }],
  [
    'an old portal',
    {
      noOpUpdatesSave: true,
      fmInWriteAnswers: false,
      dedupeMultifields: false,
      emptyReference: 0,
      companyFieldsStick: true,
      totalWithoutCount: 'zero',
    },
  ],
  ['a portal that drops filters by time', { timeFilters: 'dropped' }],
];

describe('nothing changed', () => {
  for (const [title, switches] of portals) {
    describe(title, () => {
      let world: World;
      let tenant: Tenant;

      before(async () => {
        world = await startWorld({ portal: { switches } });
        tenant = await world.addTenant();
        await world.connectWithEvents(tenant);
        await world.sql(
          `insert into contracts (tenant_id, number, title, client_name, client_email, client_phone, start_date)
           values ($1, '17', 'Мониторинг', 'ООО «Ёлка»', 'info@elka.example', '8 495 123-45-67', '2024-03-31')`,
          [tenant.id],
        );
        await world.sql(
          `insert into objects (tenant_id, name, description, imei, contract_id)
           select $1, 'Камаз «Ёж» 🚚 ' || n, E'Датчик ёмкости\\n\\n  [b]люк[/b] & <i>бак</i>', lpad(n::text, 15, '0'),
                  (select id from contracts) from generate_series(1, 12) n`,
          [tenant.id],
        );
        await world.sql(
          `insert into users (tenant_id, name, email, phone) values ($1, 'Пётр Ёлкин', 'Petr@Mail.example', '8 912 345-67-89')`,
          [tenant.id],
        );
        await world.settled();
      });
      after(() => world.stop());

      async function expectRest(work: () => Promise<unknown>): Promise<void> {
        const before =
          await world.sql(`select 'o', id, name, description from objects union all select 'u', id, name, email from users
          union all select 'c', id, client_name, client_email from contracts order by 1, 2`);
        const [{ n: lines } = { n: 0 }] = await world.sql<{ n: number }>('select count(*)::int as n from sync_log');
        world.portal.journal.clear();
        await work();
        await world.settled();
        expect(world.portal.journal.calls({ write: true })).to.deep.equal([]);
        const after =
          await world.sql(`select 'o', id, name, description from objects union all select 'u', id, name, email from users
          union all select 'c', id, client_name, client_email from contracts order by 1, 2`);
        expect(after).to.deep.equal(before);
        expect(await world.sql('select count(*)::int as n from sync_log')).to.deep.equal([{ n: lines }]);
        const [connection] = await world.sql('select state, pause_reason from bitrix24_connections');
        expect(connection).to.deep.equal({ state: 'active', pause_reason: null });
      }

      const run = (way: 'to' | 'from') =>
        world.call(tenant.token, 'POST', `/api/integration/bitrix24/sync/${way}`, { all: true, wait: true });

      it('after the echo of our own writes', () => expectRest(async () => undefined));
      it('in a run to the portal', () => expectRest(() => run('to')));
      it('in a run from the portal', () => expectRest(() => run('from')));
      it('in a sweep, and in the nightly comparison', () =>
        expectRest(async () => {
          // As after an hour of rest: nothing is younger than what has been seen.
          await world.sql(
            `insert into sync_watermarks (tenant_id, entity, seen_until)
             select $1, unnest(array['object', 'user', 'contract']), now() + interval '1 hour'
             on conflict (tenant_id, entity) do update set seen_until = excluded.seen_until`,
            [tenant.id],
          );
          await world.runJob('sweep', tenant);
          await world.runJob('deletion_sweep', tenant);
        }));
      it('when another program writes the same values again', () =>
        expectRest(async () => {
          for (const table of ['objects', 'users', 'contracts'])
            await world.sql(`update ${table} set updated_at = now()`);
        }));
      it('when somebody in the portal changes what we do not know', () =>
        expectRest(async () => {
          for (const { ID } of world.portal.records('deal').list()) {
            world.portal.records('deal').update(Number(ID), { OPPORTUNITY: 500 });
          }
        }));
    });
  }
});
