import { expect } from 'chai';
import { startWorld, type Tenant, unlimited, type World } from '../support/world.ts';

const setup = '/api/integration/bitrix24/setup';

describe('a webhook whose owner may not read one kind', () => {
  let world: World;
  let tenant: Tenant;

  before(async () => {
    world = await startWorld(unlimited);
    tenant = await world.addTenant();
  });
  after(() => world.stop());
  afterEach(() => world.portal.faults.clear());

  const refuse = (method: string) =>
    world.portal.faults.add({
      method,
      when: ({ entityTypeId }) => Number(entityTypeId) === 4,
      action: { kind: 'refuse', status: 400, error: 'ACCESS_DENIED', description: 'Access denied.' },
    });
  const connect = (language = 'ru') =>
    world.call(tenant.token, 'POST', setup, { webhook_url: tenant.webhookUrl }, { 'accept-language': language });
  const faults = () => world.sql(`select scope, subject, code from sync_faults where ended_at is null`);

  for (const method of ['crm.item.fields', 'crm.item.list']) {
    it(`is connected, and told which kind it is (${method} is refused)`, async () => {
      refuse(method);
      const { status, body } = await connect();
      expect(status).to.equal(200);
      expect(body.data.warnings).to.have.length(1);
      expect(body.data.warnings[0]).to.include({ code: 'ACCESS_DENIED', kind: 'contract' });
      expect(body.data.warnings[0].message).to.match(/^Нет права читать компании в Битрикс24/);
      expect((await connect('en')).body.data.warnings[0].message).to.match(/^No right to read companies in Bitrix24/);
      expect(await faults()).to.deep.equal([{ scope: 'kind', subject: 'contract', code: 'ACCESS_DENIED' }]);
      const shown = await world.call(tenant.token, 'GET', setup);
      expect(shown.body.data.warnings).to.have.length(1);
    });
  }

  it('has no warning and no fault any more when the right was given', async () => {
    const { body } = await connect();
    expect(body.data.warnings).to.deep.equal([]);
    expect(await faults()).to.deep.equal([]);
  });
});
