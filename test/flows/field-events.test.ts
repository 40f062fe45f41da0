import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { failuresOf } from '../support/failures.ts';
import { callHttps } from '../support/https-caller.ts';
import { installingIn } from '../support/installing.ts';
import { startWorld, unlimited } from '../support/world.ts';

describe('an installed application that hears of user fields', () => {
  it('knows at once that a mapped field was deleted, and that it is back', async () => {
    const world = await startWorld({ ...unlimited, apps: true });
    try {
      const tenant = await world.addTenant();
      const failures = failuresOf(world, tenant);
      const driver = installingIn(world);
      world.portal.store.catalogue.addUserField('deal', 'UF_CRM_SERIAL', 'string', false);
      const app = driver.addApp();
      await driver.storeKeys(tenant, app);
      const frame = app.frame();
      await driver.post(frame);
      const session = await driver.session(frame);
      await driver.bound(session.body.data.token);
      app.finishInstall();
      const custom = [{ local: 'serial_number', bitrix24: 'UF_CRM_SERIAL', owner: 'both' }];
      const saved = await failures.call('PUT', '/api/integration/bitrix24/settings', {
        field_map: { object: { custom } },
      });
      expect(saved.status).to.equal(200);

      const call = async (action: string, json: object) => {
        const url = `${world.portal.addWebhook().url}crm.deal.userfield.${action}`;
        return (await callHttps(url, world.portal.caPem, { json })).body.result;
      };
      const [field] = await call('list', { filter: { FIELD_NAME: 'UF_CRM_SERIAL' } });
      await call('delete', { id: field.ID });
      await failures.faultOpened('kind', 'object:field:UF_CRM_SERIAL');
      await call('add', { fields: { FIELD_NAME: 'SERIAL', USER_TYPE_ID: 'string' } });
      await eventually(async () => expect(await failures.openFaults()).to.deep.equal([]));
    } finally {
      await world.stop();
    }
  });
});
