import { expect } from 'chai';
import type { SimulatedApp } from '../portal/simulated-app.ts';
import { type Alerting, boss, startAlerting } from '../support/alerting.ts';
import { eventually } from '../support/eventually.ts';
import { installingIn } from '../support/installing.ts';
import type { Tenant } from '../support/world.ts';

describe('alerts of an installed application', () => {
  let my: Alerting;
  let tenant: Tenant;
  let app: SimulatedApp;

  before(async () => {
    my = await startAlerting({ apps: true });
    tenant = await my.world.addTenant('ООО Лютик');
    app = await installingIn(my.world).install(tenant);
    await my.save({ channels: { email: { on: true, addresses: [boss.email] } } }, tenant);
  });
  after(() => my.stop());
  beforeEach(() => my.forget());

  const letters = () => my.mail.to(boss.email);
  const look = () => my.world.runJob('alerts', tenant);

  it('tell of a licence that ends in days, and that it was renewed', async () => {
    await look();
    expect(letters()).to.deep.equal([]);
    my.world.portal.setPlan({ daysLeft: 3 });
    await my.world.runJob('bind', tenant);
    await look();
    const [letter] = letters();
    expect(letter?.subject).to.equal('Axenta, ООО Лютик: доступ к порталу скоро закончится');
    const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
    expect(letter?.text).to.include(`заканчивается ${day}`);
    my.forget();
    my.world.portal.setPlan({ daysLeft: 365 });
    await my.world.runJob('bind', tenant);
    await look();
    expect(letters().map(({ subject }) => subject)).to.deep.equal(['Axenta, ООО Лютик: доступ к порталу продлён']);
    await my.passQuiet();
  });

  it('tell of tokens that were not renewed for weeks', async () => {
    await my.world.sql(`update bitrix24_installations set refreshed_at = now() - interval '25 days'`);
    await look();
    expect(letters()[0]?.text).to.include('Токены портала давно не обновлялись');
    await my.world.sql('update bitrix24_installations set refreshed_at = now()');
    await look();
    await my.passQuiet();
  });

  it('tell that the application was removed from the portal', async () => {
    app.uninstall();
    await eventually(async () => {
      expect(await my.world.sql('select 1 from bitrix24_connections where tenant_id = $1', [tenant.id])).to.deep.equal(
        [],
      );
    });
    my.forget();
    await look();
    const [letter] = letters();
    expect(letter?.subject).to.equal('Axenta, ООО Лютик: связь с порталом потеряна');
    expect(letter?.text).to.include(`Приложения на портале ${my.world.portal.host} больше нет`);
  });
});
