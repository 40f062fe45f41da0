import { expect } from 'chai';
import { findFreePort } from '../support/free-port.ts';
import { expectRefusal } from '../support/refusal.ts';
import { startWorld, type World, type WorldOptions } from '../support/world.ts';

const token = 'only-prometheus-knows-this';

describe('who sees the measures', () => {
  let world: World | undefined;

  const begin = async (config: WorldOptions['config'] = {}) => {
    world = await startWorld({ config });
    return world;
  };
  const ask = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;

  afterEach(() => world?.stop());

  it('neither port nor token: no caller', async () => {
    const { call } = await begin({ metrics: { port: undefined, token: undefined, isOpen: false } });
    expect((await call(null, 'GET', '/metrics')).status).to.equal(404);
    expect((await call(null, 'GET', '/healthz')).status).to.equal(200);
  });

  it('a token: its bearer, on the public port', async () => {
    const { call } = await begin({ metrics: { port: undefined, token, isOpen: false } });
    expectRefusal(await call(null, 'GET', '/metrics'), 401, 'metrics_token_required');
    expectRefusal(await call(`${token}.`, 'GET', '/metrics'), 401, 'metrics_token_required');
    const seen = await call(token, 'GET', '/metrics');
    expect(seen.status).to.equal(200);
    expect(seen.body).to.include('process_cpu_seconds_total');
  });

  it('a port: its callers, and none on the public one', async () => {
    const port = await findFreePort();
    const { call } = await begin({ metrics: { port, token: undefined, isOpen: false } });
    expect((await call(null, 'GET', '/metrics')).status).to.equal(404);
    for (const path of ['/metrics', '/healthz', '/readyz']) expect(await ask(port, path), path).to.equal(200);
    for (const path of ['/', '/api/objects', '/bitrix24/events']) expect(await ask(port, path), path).to.equal(404);
  });

  it('a worker, which has no other port', async () => {
    const port = await findFreePort();
    const { port: publicPort } = await begin({ role: 'worker', metrics: { port, token: undefined, isOpen: false } });
    expect(publicPort).to.equal(0);
    for (const path of ['/metrics', '/healthz', '/readyz']) expect(await ask(port, path), path).to.equal(200);
  });

  it('probes are lines of the debug level only', async () => {
    const port = await findFreePort();
    const { call, lines } = await begin({ logLevel: 'info', metrics: { port, token: undefined, isOpen: false } });
    for (const path of ['/healthz', '/readyz']) await call(null, 'GET', path);
    for (const path of ['/metrics', '/healthz', '/readyz']) await ask(port, path);
    await call(null, 'GET', '/api/docs');
    expect(lines.join(''))
      .to.include('GET /api/docs')
      .and.not.match(/healthz|readyz|metrics/);
  });
});
