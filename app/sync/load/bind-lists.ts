import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { SyncContext } from '../pair.ts';
import type { LoadDeps } from './load-deps.ts';
import { readFieldMap } from './read-field-map.ts';

const choiceTypes = ['user', 'employee', 'crm_category'];

/**
 * Sees to it that the lists which a tenant's own pairs take their values from were read, and gives the map the values that it is to know.
 * Maps without own pairs cost nothing; lists are asked for once an hour. A list that the portal refuses leaves its pairs resting. Throws
 * `Bitrix24Error` when the portal cannot be asked.
 */
export async function bindLists({ db }: LoadDeps, context: SyncContext): Promise<void> {
  const { tenantId, entity, settings, client, options } = context;
  const own = settings.field_map[entity].custom ?? [];
  if (own.length === 0) return;
  const fields = await client.fields(entity, options);
  const types = own.map(({ bitrix24 }) => fields.get(bitrix24)?.type ?? '');
  if (types.some((type) => choiceTypes.includes(type))) await unlessRefused(client.choices(options));
  else if (types.includes('crm_status')) await unlessRefused(client.lists(options));
  context.fieldMap = await readFieldMap(db, { tenantId, entity }, settings);
}

async function unlessRefused(reading: Promise<unknown>): Promise<void> {
  try {
    await reading;
  } catch (error) {
    if (!(error instanceof Bitrix24Error) || error.retryable) throw error;
  }
}
