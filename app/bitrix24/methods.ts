import type { WriteOperation } from './client.ts';

/** The method whose budget and whose right an operation needs. */
export const methodOf = {
  create: 'crm.item.add',
  import: 'crm.item.batchImport',
  update: 'crm.item.update',
  delete: 'crm.item.delete',
} as const satisfies Record<WriteOperation, string>;
