import http from 'node:http';
import { expect } from 'chai';
import { fingerprint } from '../support/fingerprint.ts';
import { startWorld, type World } from '../support/world.ts';

describe('the addresses of the application’s card, asked with HEAD', () => {
  let world: World;
  before(async () => {
    world = await startWorld({ apps: true });
  });
  after(() => world.stop());

  /** Every address that Bitrix24 or its frames call, by the interface's own description. */
  async function addresses(): Promise<string[]> {
    const { body } = await world.call(null, 'GET', '/api/openapi.json');
    const paths = Object.keys(body.paths).filter((path) => path.startsWith('/bitrix24/'));
    return paths.map((path) => path.replace('{placement}', 'CRM_DEAL_DETAIL_TAB'));
  }

  const head = (path: string) =>
    new Promise<{ status: number | undefined; length: number }>((resolve, reject) => {
      const request = http.request({ port: world.port, host: '127.0.0.1', method: 'HEAD', path }, (answer) => {
        let length = 0;
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length;
        });
        answer.on('end', () => resolve({ status: answer.statusCode, length }));
      });
      request.once('error', reject).end();
    });

  it('answer 200 without a body and store nothing', async () => {
    const asked = await addresses();
    expect(asked).to.include.members([
      '/bitrix24/install',
      '/bitrix24/app',
      '/bitrix24/events',
      '/bitrix24/session',
      '/bitrix24/placements/CRM_DEAL_DETAIL_TAB',
    ]);
    const before = await fingerprint(world);
    for (const path of asked) {
      const queries = ['', `?DOMAIN=${world.portal.host}&PROTOCOL=1&LANG=ru`, '?code=abc&state=def'];
      for (const query of queries) {
        expect(await head(`${path}${query}`), `${path}${query}`).to.deep.equal({ status: 200, length: 0 });
      }
    }
    expect(await fingerprint(world)).to.deep.equal(before);
    expect(world.oauth.requests).to.deep.equal([]);
    expect(world.portal.journal.entries).to.deep.equal([]);
  });
});
