import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { getJson } from '../../../app/lib/get-json.ts';
import { eventually } from '../../support/eventually.ts';

describe('getJson', () => {
  let server: Server;
  let url: string;
  let answer: (response: ServerResponse) => void;
  let open = 0;

  before(async () => {
    server = createServer((_request, response) => {
      open += 1;
      response.once('close', () => (open -= 1));
      answer(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  after(() => server.close());

  const limits = { timeoutMs: 400, longestAnswer: 100_000 };
  const failure = () => getJson(url, limits).catch((error: unknown) => error);

  it('reads what is answered', async () => {
    answer = (response) => response.end('{"keys":["ключ"]}');
    expect(await getJson(url, limits)).to.deep.equal({ keys: ['ключ'] });
  });

  it('a redirect and an error are no answer', async () => {
    answer = (response) => response.writeHead(302, { location: url }).end();
    expect(String(await failure())).to.include('302');
    answer = (response) => response.writeHead(500).end('{}');
    expect(String(await failure())).to.include('500');
  });

  it('an answer without an end is cut off at its length', async () => {
    answer = (response) => {
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', pour);
      pour();
    };
    expect(String(await failure())).to.include('more than 100000 bytes');
    await eventually(() => open === 0);
  });

  it('an answer that comes byte by byte ends when its whole time is over', async () => {
    answer = (response) => {
      const timer = setInterval(() => response.write(' '), 50);
      response.once('close', () => clearInterval(timer));
    };
    const startedAt = performance.now();
    expect(await failure()).to.include({ name: 'TimeoutError' });
    expect(performance.now() - startedAt).to.be.within(350, 3000);
    await eventually(() => open === 0);
  });
});
