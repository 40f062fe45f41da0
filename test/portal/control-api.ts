import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { sendJson } from './answers.ts';
import type { Journal } from './journal.ts';
import { type Params, readParams } from './params.ts';
import type { RecordTable } from './people.ts';

import { type RecordKind, RestError } from './types.ts';

const pageSize = 50;
const page = fileURLToPath(new URL('./page/', import.meta.url));
const types: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

/** What the portal's page asks: records as a person sees them, and the journal. For the loopback only, so without a login. */
export class ControlApi {
  readonly #tables: Record<RecordKind, RecordTable>;
  readonly #journal: Journal;

  constructor(deps: { tables: Record<RecordKind, RecordTable>; journal: Journal }) {
    this.#tables = deps.tables;
    this.#journal = deps.journal;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const [area = 'index.html', name, kind, recordId] = url.pathname.split('/').filter(Boolean);
    if (area !== 'api') return sendFile(response, area);
    if (name === 'journal') return kind === 'stream' ? this.#stream(request, response) : this.#entries(response, url);
    const table = this.#tables[kind as RecordKind];
    if (name !== 'records' || !table) return sendJson(response, 404, { error: 'Not found' });
    try {
      const method = request.method ?? 'GET';
      const body = method === 'POST' ? await readParams(request, '') : {};
      const answer = recordId ? this.#one(table, method, Number(recordId), body) : this.#many(table, method, url, body);
      sendJson(response, 200, answer);
    } catch (error) {
      sendJson(response, 400, {
        error: error instanceof RestError ? error.description : String((error as Error).message),
      });
    }
  }

  #one(table: RecordTable, method: string, id: number, body: Params): unknown {
    if (method === 'POST') return table.update(id, body);
    if (method !== 'DELETE') return table.get(id);
    table.delete(id);
    return { deleted: id };
  }

  #many(table: RecordTable, method: string, url: URL, body: Params): unknown {
    if (method === 'POST') return table.create(body);
    const query = (url.searchParams.get('q') ?? '').toLowerCase();
    const number = Math.max(1, Number(url.searchParams.get('page') ?? 1));
    const found = table.list().filter((row) => JSON.stringify(row).toLowerCase().includes(query));
    const items = found.slice((number - 1) * pageSize, number * pageSize);
    return { items, total: found.length, pages: Math.ceil(found.length / pageSize) };
  }

  #entries(response: ServerResponse, url: URL): void {
    const after = Number(url.searchParams.get('after') ?? 0);
    sendJson(response, 200, { entries: this.#journal.entries.filter((entry) => entry.seq > after) });
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write('retry: 1000\n\n');
    const stop = this.#journal.subscribe((entry) => response.write(`data: ${JSON.stringify(entry)}\n\n`));
    request.on('close', stop);
  }
}

function sendFile(response: ServerResponse, name: string): void {
  try {
    if (!/^[a-z-]+\.(html|css|js)$/.test(name)) throw new Error('No such file');
    const content = readFileSync(page + name);
    const type = types[name.split('.').at(-1) as string];
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(content);
  } catch {
    sendJson(response, 404, { error: 'Not found' });
  }
}
