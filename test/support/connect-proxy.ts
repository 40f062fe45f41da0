import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy of a company's network: opens tunnels by CONNECT and does nothing else. */
export async function startConnectProxy(options: { credentials?: string } = {}) {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const state = { silent: false, hosts: new Map<string, string>() };
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('connect', (request, socket: Socket) => {
    targets.push(request.url ?? '');
    if (state.silent) return;
    const wanted = options.credentials && `Basic ${Buffer.from(options.credentials).toString('base64')}`;
    if (wanted && request.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`https://${request.url}`);
    const upstream = connect(Number(port || 443), state.hosts.get(hostname) ?? hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    socket.once('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://${options.credentials ? `${options.credentials}@` : ''}127.0.0.1:${port}`),
    /** `host:port` of every tunnel that was asked for. */
    targets,
    /** From now on the proxy takes requests and says nothing. */
    keepSilent(): void {
      state.silent = true;
    },
    /** Where a name leads from the proxy. */
    name(host: string, address: string): void {
      state.hosts.set(host, address);
    },
    async stop(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
