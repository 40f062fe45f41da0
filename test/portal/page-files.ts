import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { sendJson } from './answers.ts';

const page = fileURLToPath(new URL('./page/', import.meta.url));
const types: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

/** Addresses as a real portal has them, for links that applications write: each opens our page at the same place. */
const realAddresses: [RegExp, string][] = [
  [/^\/crm\/(deal|contact|company)\/details\/(\d+)\/?$/, '/#/$1/$2'],
  [/^\/crm\/(deal|contact|company)\/(list\/)?$/, '/#/$1'],
  [/^\/marketplace\/app\/(\d+)\/?$/, '/#/app/$1'],
  [/^\/devops\/(list\/)?$/, '/#/developer'],
];

/** Sends a file of the portal's page, or the way to it from a real portal's address. */
export function sendPageFile(response: ServerResponse, pathname: string): void {
  const real = realAddresses.find(([pattern]) => pattern.test(pathname));
  if (real) {
    response.writeHead(302, { location: pathname.replace(...real) }).end();
    return;
  }
  const name = pathname === '/' ? 'index.html' : pathname.slice(1);
  try {
    if (!/^[a-z-]+\.(html|css|js)$/.test(name)) throw new Error('No such file');
    const content = readFileSync(page + name);
    const type = types[name.split('.').at(-1) as string];
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(content);
  } catch {
    sendJson(response, 404, { error: 'Not found' });
  }
}
