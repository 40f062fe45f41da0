import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from './answers.ts';
import type { ControlRoutes } from './app-control.ts';
import type { Journal } from './journal.ts';
import { sendPageFile } from './page-files.ts';
import { type Params, readParams } from './params.ts';
import type { RecordTable } from './people.ts';
import type { PortalSession } from './portal-session.ts';
import { type RecordKind, RestError } from './types.ts';

const pageSize = 50;

export interface ControlDeps {
  tables: Record<RecordKind, RecordTable>;
  journal: Journal;
  session: PortalSession;
  routes: ControlRoutes;
  /** A person changed a record on the page. */
  noteSave(): void;
}

/** What the portal's page asks: records as a person sees them, the journal, applications. For the loopback only, so without a login. */
export class ControlApi {
  readonly #deps: ControlDeps;

  constructor(deps: ControlDeps) {
    this.#deps = deps;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const [area, name = '', id = '', action = ''] = url.pathname.split('/').filter(Boolean);
    if (area !== 'api') return sendPageFile(response, url.pathname);
    if (name === 'journal') return id === 'stream' ? this.#stream(request, response) : this.#entries(response, url);
    const method = request.method ?? 'GET';
    const { tables, routes } = this.#deps;
    const table = name === 'records' ? tables[id as RecordKind] : undefined;
    const pattern = [name, id && '*', action].filter(Boolean).join('/');
    const answer = routes[`${method} ${pattern}`] ?? (action ? routes[`${method} ${name}/*/*`] : undefined);
    if (!table && !answer) return sendJson(response, 404, { error: 'Not found' });
    try {
      const body = method === 'POST' ? await readParams(request, '') : {};
      if (answer) sendJson(response, 200, await answer({ id, action, query: url.searchParams, body }));
      else if (action) sendJson(response, 200, this.#one(table as RecordTable, method, Number(action), body));
      else sendJson(response, 200, this.#many(table as RecordTable, method, url, body));
    } catch (error) {
      sendJson(response, 400, {
        error: error instanceof RestError ? error.description : String((error as Error).message),
      });
    }
  }

  #one(table: RecordTable, method: string, id: number, body: Params): unknown {
    const { userId } = this.#deps.session;
    if (method === 'POST') {
      const saved = table.update(id, body, userId);
      this.#deps.noteSave();
      return saved;
    }
    if (method !== 'DELETE') return table.get(id);
    table.delete(id, userId);
    return { deleted: id };
  }

  #many(table: RecordTable, method: string, url: URL, body: Params): unknown {
    if (method === 'POST') return table.create(body, this.#deps.session.userId);
    const query = (url.searchParams.get('q') ?? '').toLowerCase();
    const number = Math.max(1, Number(url.searchParams.get('page') ?? 1));
    const found = table.list().filter((row) => JSON.stringify(row).toLowerCase().includes(query));
    const items = found.slice((number - 1) * pageSize, number * pageSize);
    return { items, total: found.length, pages: Math.ceil(found.length / pageSize) };
  }

  #entries(response: ServerResponse, url: URL): void {
    const after = Number(url.searchParams.get('after') ?? 0);
    sendJson(response, 200, { entries: this.#deps.journal.entries.filter((entry) => entry.seq > after) });
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write('retry: 1000\n\n');
    const stop = this.#deps.journal.subscribe((entry) => response.write(`data: ${JSON.stringify(entry)}\n\n`));
    request.on('close', stop);
  }
}
