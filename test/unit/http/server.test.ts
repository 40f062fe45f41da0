import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import Koa from 'koa';
import { readForm } from '../../../app/http/body.ts';
import { answerErrors, type RequestState } from '../../../app/http/errors.ts';
import { listen, type RunningServer } from '../../../app/http/server.ts';
import { makeLog } from '../../../app/lib/log.ts';

const log = makeLog({ level: 'fatal', format: 'json' });

describe('the HTTP server', () => {
  let server: RunningServer;

  before(async () => {
    const app = new Koa<RequestState>();
    app.silent = true;
    app.use(async (ctx, next) => {
      Object.assign(ctx.state, { requestId: 'one', log, language: 'ru', address: 'unknown' });
      await next();
    });
    app.use(answerErrors);
    app.use(async (ctx) => {
      ctx.body = Object.keys(await readForm(ctx)).join();
    });
    server = await listen(app, 0, '127.0.0.1', { headMs: 300, requestMs: 900 });
  });
  after(() => server.close(0));

  async function open(text: string): Promise<{ socket: Socket; received(): string; state(): string }> {
    const socket = connect(server.port, '127.0.0.1');
    let received = '';
    let state = 'open';
    socket.on('data', (chunk) => {
      received += String(chunk);
    });
    socket.once('end', () => {
      state = 'ended';
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      state = String(error.code);
    });
    await once(socket, 'connect');
    socket.write(text);
    return { socket, received: () => received, state: () => state };
  }

  const head = (type: string, more: string) => `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\n${more}\r\n\r\n`;
  const urlencoded = 'application/x-www-form-urlencoded';
  const multipart = 'multipart/form-data; boundary=x';

  const halves: [title: string, text: string][] = [
    ['half a head', 'POST / HTTP/1.1\r\nhost: x\r\n'],
    ['half a form', `${head(urlencoded, 'content-length: 100')}a=1`],
    ['half a multipart form', `${head(multipart, 'content-length: 100')}--x\r\n`],
  ];
  for (const [title, text] of halves) {
    it(`ends a connection that sent ${title} and nothing more`, async () => {
      const { socket, received, state } = await open(text);
      await Promise.race([once(socket, 'close'), sleep(6000)]);
      expect(state()).to.equal('ended');
      expect(received()).to.match(/^HTTP\/1.1 408/);
    });
  }

  for (const [type, start] of [
    [urlencoded, 'a='],
    [multipart, '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n'],
  ] as const) {
    for (const length of ['content-length: 2000000', 'transfer-encoding: chunked']) {
      it(`answers 413 to a form of 2 MB (${type.slice(0, 20)}, ${length.slice(0, 14)}), and the caller may send all of it`, async () => {
        const isChunked = length.startsWith('transfer');
        const part = 'a'.repeat(100_000);
        const wrapped = (text: string) => (isChunked ? `${text.length.toString(16)}\r\n${text}\r\n` : text);
        const { socket, received, state } = await open(head(type, length));
        socket.write(wrapped(start));
        // A caller who reads nothing before everything is sent.
        for (let n = 0; n < 20; n++) {
          const text = n === 19 ? part.slice(start.length) : part;
          await new Promise((resolve) => socket.write(wrapped(text), resolve));
          expect(state(), `part ${n}`).to.equal('open');
        }
        if (isChunked) socket.write('0\r\n\r\n');
        // The connection serves the next request.
        socket.write(`${head(urlencoded, 'content-length: 3\r\nconnection: close')}b=1`);
        await Promise.race([once(socket, 'close'), sleep(3000)]);
        expect(received()).to.match(/^HTTP\/1.1 413/);
        expect(received())
          .to.include('body_too_large')
          .and.match(/HTTP\/1.1 200[\s\S]*b$/);
        expect(state()).to.equal('ended');
      });
    }
  }
});
