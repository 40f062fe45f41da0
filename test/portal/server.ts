import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Certificates } from './certificates.ts';
import type { ControlApi } from './control-api.ts';
import { type Listener, listen } from './listener.ts';
import { answerRest, type RestEndpointDeps } from './rest-endpoint.ts';

export interface ServerDeps extends RestEndpointDeps {
  certificates: Certificates;
  control: ControlApi;
  /** Answers `/oauth/authorize/`; absent without an authorization server. */
  authorize?(response: ServerResponse, url: URL): void;
}

export interface RunningServer {
  /** Where the portal lives now. */
  readonly port: number;
  /** Opens a new address; the old ones answer with a redirect to it from now on. */
  move(port?: number): Promise<void>;
  stop(): Promise<void>;
}

/** The portal's HTTPS server: REST for callers, `/oauth/authorize/` for browsers, everything else for the page. */
export async function startServer(deps: ServerDeps, firstPort: number): Promise<RunningServer> {
  const listeners: Listener[] = [];
  let port = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://portal');
    if (request.socket.localPort !== port) {
      response.writeHead(302, { location: `https://127.0.0.1:${port}${request.url}` }).end();
      return;
    }
    if (url.pathname.startsWith('/rest/')) await answerRest(deps, request, response, url);
    else if (url.pathname === '/oauth/authorize/' && deps.authorize) deps.authorize(response, url);
    else await deps.control.handle(request, response, url);
  }

  async function open(wanted: number): Promise<void> {
    const { certificates, faults } = deps;
    const listener = await listen({ certificates, port: wanted, isDown: () => faults.isDown, handle });
    listeners.push(listener);
    port = listener.port;
  }

  await open(firstPort);
  return {
    get port(): number {
      return port;
    },
    move: (newPort = 0) => open(newPort),
    async stop(): Promise<void> {
      for (const listener of listeners) await listener.stop();
    },
  };
}
