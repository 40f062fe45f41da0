import { expect } from 'chai';
import { startWorld, type World } from '../support/world.ts';

describe('the built pages', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it('answer at / with a strict policy, uncached, framed by nobody', async () => {
    const { status, body, headers } = await world.call(null, 'GET', '/');
    expect(status).to.equal(200);
    expect(body).to.include('<div id="app"');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).to.include("default-src 'none'").and.include("frame-ancestors 'none'");
    expect(policy).not.to.include('unsafe');
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(headers.get('set-cookie')).to.equal(null);
  });

  it('name hashed files that are cached for ever and come from here alone', async () => {
    const { body } = await world.call(null, 'GET', '/');
    const files = [...String(body).matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files).not.to.have.lengthOf(0);
    for (const file of files) {
      expect(file).to.match(/^\/assets\/[\w.-]+-[\w-]{8}\.(js|css)$/);
      const answer = await world.call(null, 'GET', file);
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
    }
  });

  it('do not let a path lead out of their folder', async () => {
    for (const file of ['..%2Fapp.html', '..%2F..%2Fpackage.json', 'nothing.js', '.stamp']) {
      expect((await world.call(null, 'GET', `/assets/${file}`)).status).to.equal(404);
    }
  });
});
