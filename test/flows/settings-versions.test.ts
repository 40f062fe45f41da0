import { expect } from 'chai';
import { fingerprint } from '../support/fingerprint.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type Tenant, type World } from '../support/world.ts';

const path = '/api/integration/bitrix24/settings';

describe('versions of settings', () => {
  let world: World;
  let tenant: Tenant;
  const call = (method: string, address: string, body?: unknown, headers = {}) =>
    world.call(tenant.token, method, `${path}${address}`, body, headers);
  const present = async () => (await call('GET', '')).body.data;
  const write = (settings: unknown) =>
    world.sql('update companies set settings = $2::jsonb where id = $1', [tenant.id, JSON.stringify(settings)]);
  const versions = async () => (await call('GET', '/versions')).body.data.versions;
  const save = async (method: string, body: unknown, headers = {}) => {
    const answer = await call(method, '', body, headers);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return answer;
  };

  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());
  beforeEach(async () => {
    tenant = await world.addTenant();
  });

  it('what stands before the first save is version 0, and each save counts one more', async () => {
    await write({ policies: { user: 'crm' } });
    const first = await call('GET', '');
    expect(first.body.data.version).to.equal(0);
    expect(first.headers.get('etag')).to.equal('"0"');
    const saved = await save('PUT', { policies: { user: 'bitrix24' } });
    expect(saved.body.data.version).to.equal(1);
    expect(saved.headers.get('etag')).to.equal('"1"');
    expect((await save('PATCH', { country: 'BY' })).body.data.version).to.equal(2);
    const other = await world.addTenant();
    expect((await world.call(other.token, 'GET', path)).body.data.version).to.equal(0);
  });

  it('each tells its author, its note, and every path that it changed', async () => {
    await call('PUT', '?note=Тишина%20на%20выходные', { automatic: { user: false }, policies: { user: 'crm' } });
    await save('PATCH', { policies: { user: null } });
    const [second, first, zeroth] = await versions();
    expect(second).to.include({ number: 2, author: 'tester', note: null });
    expect(second.changed).to.deep.equal([{ path: 'policies.user', before: 'crm', after: 'latest' }]);
    expect(first).to.include({ number: 1, note: 'Тишина на выходные' });
    expect(first.changed.map(({ path }: { path: string }) => path)).to.deep.equal(['automatic.user', 'policies.user']);
    expect(zeroth).to.include({ number: 0, author: null });
    expect(Date.parse(second.created_at)).to.be.above(0);
    const page = (await call('GET', '/versions?page=2&limit=1')).body.data;
    expect(page.versions.map(({ number }: { number: number }) => number)).to.deep.equal([1]);
    expect(page.versions[0].changed).to.have.length(2);
    expect(page.pagination).to.include({ total: 3 });
    expect((await call('GET', '/versions/1')).body.data.settings).to.deep.equal({
      automatic: { user: false },
      policies: { user: 'crm' },
    });
    expectRefusal(await call('GET', '/versions/9'), 404, 'not_found');
    for (const number of ['-1', '1.5', 'last', '99999999999'])
      expectRefusal(await call('GET', `/versions/${number}`), 400, 'invalid_request');
  });

  for (const method of ['PUT', 'PATCH']) {
    for (const how of ['If-Match', 'version=']) {
      it(`${method} with a stale ${how} is refused, names both versions and what differs, and changes nothing`, async () => {
        await save('PUT', { policies: { user: 'crm' } });
        await save('PATCH', { country: 'BY' });
        const untouched = await fingerprint(world);
        const change = { import_new: { user: true } };
        const answer =
          how === 'If-Match'
            ? await call(method, '', change, { 'if-match': '"1"' })
            : await call(method, '?version=1', change);
        expectRefusal(answer, 409, 'settings_changed');
        const { yours, present: now, changed } = answer.body.details;
        expect(yours).to.deep.equal({ version: 1, settings: { policies: { user: 'crm' } } });
        expect(now).to.include({ version: 2, author: 'tester' });
        expect(now.settings).to.deep.equal({ policies: { user: 'crm' }, country: 'BY' });
        expect(changed).to.deep.equal([{ path: 'country', before: null, after: 'BY' }]);
        expect(await fingerprint(world)).to.deep.equal(untouched);
        expect((await call(method, '', change, { 'if-match': '"2"' })).body.data.version).to.equal(3);
      });
    }
  }

  it('of two who save the same version at once one is refused', async () => {
    await save('PUT', {});
    const both = await Promise.all(
      ['RU', 'BY'].map((country) => call('PATCH', '', { country }, { 'if-match': '"1"' })),
    );
    expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
  });

  it('of two who patch different keys at once without a version both are kept', async () => {
    await Promise.all([
      save('PATCH', { country: 'BY' }),
      save('PATCH', { policies: { user: 'crm' } }),
      save('PATCH', { import_new: { user: true } }),
    ]);
    const now = await present();
    expect(now.country).to.equal('BY');
    expect(now.policies.user).to.equal('crm');
    expect(now.import_new.user).to.equal(true);
    expect(now.version).to.equal(3);
  });

  it('a header that names no version is refused', async () => {
    expectRefusal(await call('PUT', '', {}, { 'if-match': 'yesterday' }), 400, 'invalid_request');
    expectRefusal(await call('PUT', '?version=1', {}, { 'if-match': '"2"' }), 400, 'invalid_request');
    expect((await call('PUT', '', {}, { 'if-match': '*' })).status).to.equal(200);
  });

  it('what another program writes is a version without an author, and a stale save is refused for it', async () => {
    await save('PUT', { policies: { user: 'crm' } });
    await write({ policies: { user: 'bitrix24' } });
    expectRefusal(await call('PUT', '', {}, { 'if-match': '"1"' }), 409, 'settings_changed');
    expect((await present()).version).to.equal(2);
    expect((await versions())[0]).to.include({ number: 2, author: null });
    await write({ policies: { user: 'latest' } });
    expect((await save('PATCH', { country: 'BY' })).body.data.version).to.equal(4);
    expect((await present()).policies.user).to.equal('latest');
    await write({ policies: { user: 'latest' }, country: 'BY', ui: { theme: 'dark' } });
    expect((await present()).version).to.equal(4);
  });

  it('an earlier one is restored as a new one, checked like any save', async () => {
    await save('PUT', { policies: { user: 'crm' }, country: 'KZ' });
    await save('PUT', {});
    const restored = await call('POST', '/versions/1/restore');
    expect(restored.status).to.equal(200);
    expect(restored.body.data).to.include({ version: 3, country: 'KZ' });
    expect((await call('GET', '/versions/3')).body.data.settings).to.deep.equal({
      policies: { user: 'crm' },
      country: 'KZ',
    });
    await write({ policies: { user: 'sideways' } });
    await save('PUT', {});
    const untouched = await fingerprint(world);
    const refused = await call('POST', '/versions/4/restore');
    expectRefusal(refused, 400, 'invalid_request');
    expect(refused.body.details.map((one: { path: string }) => one.path)).to.deep.equal(['policies.user']);
    expectRefusal(await call('POST', '/versions/1/restore?version=1'), 409, 'settings_changed');
    expect(await fingerprint(world)).to.deep.equal(untouched);
  });

  describe('as a document', () => {
    const exported = async () => (await call('GET', '/export')).body.data;

    it('goes from one company to another; a dry run tells what it would change and changes nothing', async () => {
      await write({ ui: { token: 'secret' }, policies: { user: 'crm' } });
      await save('PATCH', { country: 'BY' });
      const document = await exported();
      expect(document).to.include({ format: 'axenta-bitrix24-settings', format_version: 1 });
      expect(document.settings).to.deep.equal({ policies: { user: 'crm' }, country: 'BY' });
      tenant = await world.addTenant();
      await present();
      const untouched = await fingerprint(world);
      const expected = [
        { path: 'country', before: null, after: 'BY' },
        { path: 'policies.user', before: 'latest', after: 'crm' },
      ];
      const dry = await call('POST', '/import', { dry_run: true, document });
      expect(dry.body.data).to.deep.equal({ dry_run: true, version: 0, changed: expected });
      expect(await fingerprint(world)).to.deep.equal(untouched);
      const real = await call('POST', '/import', { document });
      expect(real.body.data).to.deep.include({ version: 1, changed: expected, country: 'BY' });
      expect((await exported()).settings).to.deep.equal(document.settings);
    });

    const good = { format: 'axenta-bitrix24-settings', format_version: 1, settings: {} };
    const bad: { name: string; document: unknown; paths: string[] }[] = [
      { name: 'rubbish', document: 'rubbish', paths: ['document'] },
      { name: 'another format', document: { ...good, format: 'backup' }, paths: ['document.format'] },
      {
        name: 'a newer format',
        document: { ...good, format_version: 2, extra: 1 },
        paths: ['document.format_version'],
      },
      { name: 'no settings', document: { ...good, settings: null }, paths: ['document.settings'] },
      {
        name: 'settings that are none',
        document: { ...good, settings: { policies: { user: 'later' }, more: 1 } },
        paths: ['document.settings.policies.user', 'document.settings.more'],
      },
      {
        name: 'a field pair that is none',
        document: { ...good, settings: { field_map: { user: { disabled: ['salary'] } } } },
        paths: ['field_map.user.disabled.0'],
      },
    ];
    for (const { name, document, paths } of bad) {
      for (const dryRun of [true, false]) {
        it(`${name} is refused with its path${dryRun ? ' in a dry run' : ''}`, async () => {
          await present();
          const untouched = await fingerprint(world);
          const answer = await call('POST', '/import', { dry_run: dryRun, document });
          expectRefusal(answer, 400, 'invalid_request');
          expect(answer.body.details.map((one: { path: string }) => one.path)).to.deep.equal(paths);
          expect(await fingerprint(world)).to.deep.equal(untouched);
        });
      }
    }
  });
});
