import { readFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const sdk = readFileSync(
  fileURLToPath(new URL('../../node_modules/@bitrix24/b24jssdk/dist/umd/index.min.js', import.meta.url)),
);

/** The least page of an application: the official SDK, and its frame as `window.ready`. */
const page = `<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Приложение</title><link rel="icon" href="data:,"></head>
<body><h1 id="path"></h1><script src="/sdk.js"></script><script>
document.querySelector('#path').textContent = location.pathname;
window.ready = B24Js.initializeB24Frame().then((frame) => { window.b24 = frame; return true; });
</script></body></html>`;

export interface FramePost {
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
}

export type StandInApp = Awaited<ReturnType<typeof startStandInApp>>;

/** An application of nobody's: it answers every POST of a frame with a page that speaks the official SDK. */
export async function startStandInApp() {
  const posts: FramePost[] = [];
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://app');
    if (url.pathname === '/sdk.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(sdk);
      return;
    }
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (request.method === 'POST') posts.push({ url, headers: request.headers, body });
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Forms that the browser posted into frames, the oldest first. */
    posts,
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
