// `npm run tables`: writes the tables of variables into the READMEs, from config/env.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { environmentTable } from './readme-tables.ts';

for (const file of ['README.md', 'config/README.md']) {
  const address = new URL(`../../${file}`, import.meta.url);
  const text = readFileSync(address, 'utf8');
  const table = environmentTable();
  const [head = ''] = table.split('\n');
  const start = text.indexOf(head);
  if (start < 0) throw new Error(`${file} has no table of variables`);
  const length = text.slice(start).search(/\n(?!\|)/);
  writeFileSync(address, text.slice(0, start) + table + text.slice(start + length));
}
