import { expect } from 'chai';
import { mintToken } from '../../app/http/tokens.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const kinds = [
  { path: '/api/objects', body: { name: 'Камаз', imei: '490154203237518' }, code: 'imei_taken' },
  { path: '/api/users', body: { name: 'Иван' }, code: null },
  { path: '/api/contracts', body: { number: '2026-1' }, code: 'number_taken' },
];

describe('a deleted record of the CRM is restored', () => {
  let world: World;
  let tenant: Tenant;
  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);

  before(async () => {
    world = await startWorld();
    tenant = await world.addTenant();
  });
  after(() => world.stop());

  for (const { path, body, code } of kinds) {
    it(`${path}: as it was, once, by people who may write`, async () => {
      const made = (await call('POST', path, body)).body.data;
      const address = `${path}/${made.id}/restore`;
      expectRefusal(await call('POST', address), 409, 'not_deleted');
      await call('DELETE', `${path}/${made.id}`);
      const viewer = mintToken(world.config.jwtSecret ?? '', { tenantId: tenant.id, role: 'viewer', subject: 'x' }, 1);
      expectRefusal(await world.call(viewer, 'POST', address), 403, 'role_required');
      const other = await world.addTenant('ООО Чужая');
      expectRefusal(await world.call(other.token, 'POST', address), 404, 'not_found');
      const answer = await call('POST', address);
      expect(answer.body.message).to.equal('Запись восстановлена');
      expect({ ...answer.body.data, updated_at: made.updated_at }).to.deep.equal(made);
      expect((await call('GET', `${path}/${made.id}`)).status).to.equal(200);
      expectRefusal(await call('POST', `${path}/999999/restore`), 404, 'not_found');
    });

    if (code) {
      it(`${path}: not while another has what must be unique`, async () => {
        const [first] = (await call('GET', path)).body.data.items;
        await call('DELETE', `${path}/${first.id}`);
        expect((await call('POST', path, body)).status).to.equal(201);
        expectRefusal(await call('POST', `${path}/${first.id}/restore`), 409, code);
        expect((await call('GET', `${path}/${first.id}`)).status).to.equal(404);
      });
    }
  }
});
