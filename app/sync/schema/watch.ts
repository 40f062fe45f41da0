import type { FieldInfo, PortalChoices } from '../../bitrix24/client.ts';
import type { Log } from '../../lib/log.ts';
import type { Entity } from '../../lib/records.ts';
import type { Database } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { refusedPath } from '../faults/placement-faults.ts';
import { choiceLists } from '../load/known-fields.ts';
import { readSettings } from '../load/read-settings.ts';
import type { Schema, SchemaItem } from './compare.ts';
import { distrustRemade } from './distrust-field.ts';
import { type SchemaPart, storeChoices, storeSchema } from './schema-store.ts';
import { settleScopeFaults } from './scope-faults.ts';
import { settleFieldFaults } from './settle-field-faults.ts';
import { settlePlacement } from './settle-placement.ts';

export type SchemaWatch = ReturnType<typeof makeSchemaWatch>;

/**
 * Makes what remembers a tenant's portal: whenever its fields or lists were read, by whatever process, they are compared with the last
 * look. A mapped field that is gone, or another one now, pauses its pairs with one open fault; one that is back ends it. Repeat-safe.
 */
export function makeSchemaWatch({ db, log }: { db: Database; log: Log }) {
  async function note(tenantId: number, part: SchemaPart, content: Schema): Promise<void> {
    const settings = await readSettings({ db }, tenantId);
    const news = await retryingTransaction(db, async (transaction) => {
      const remade = await storeSchema(db, tenantId, { part, content }, transaction);
      await distrustRemade(db, tenantId, { part, remade, settings }, transaction);
      await settleScopeFaults(db, tenantId, settings, transaction);
      return settleFieldFaults(db, tenantId, settings, transaction);
    });
    const line = { tenant_id: tenantId, operation: 'schema' };
    for (const { entity, field } of news.gone) {
      log.error(
        { ...line, result: 'error', entity, field },
        `Поле ${field} удалено в портале или стало другим: его пара полей ждёт`,
      );
    }
    for (const { entity, field } of news.back) {
      log.info({ ...line, result: 'ok', entity, field }, `Поле ${field} снова есть в портале`);
    }
  }

  return {
    noteFields: (tenantId: number, entity: Entity, fields: readonly FieldInfo[]): Promise<void> =>
      note(tenantId, `fields:${entity}`, Object.fromEntries(fields.map((field) => [field.upperName, toItem(field)]))),

    noteLists(tenantId: number, lists: ReadonlyMap<string, readonly { id: string; name: string }[]>): Promise<void> {
      const items = [...lists].map(([name, options]): [string, SchemaItem] => [name, toList(name, options)]);
      return note(tenantId, 'lists', Object.fromEntries(items));
    },

    /**
     * People and funnels are remembered for the maps that name them; what changes of them is no change of the portal's fields. Places of new
     * records that are gone, or back, are told.
     */
    async noteChoices(tenantId: number, choices: PortalChoices): Promise<void> {
      const { people, funnels } = choices;
      const emails = (people ?? []).flatMap(({ id, email, isActive }) =>
        email && isActive ? [{ id: String(id), name: email.toLowerCase() }] : [],
      );
      const named = (funnels ?? []).map(({ id, name }) => ({ id: String(id), name }));
      await storeChoices(db, tenantId, {
        ...(people && { [choiceLists.people]: toList(choiceLists.people, emails) }),
        ...(funnels && { [choiceLists.funnels]: toList(choiceLists.funnels, named) }),
      });
      const { placement } = await readSettings({ db }, tenantId);
      const places = { settings: placement, choices, keeps: [refusedPath] };
      await retryingTransaction(db, (transaction) => settlePlacement(db, tenantId, places, transaction));
    },
  };
}

function toItem({ id, title, type, isMultiple, isRequired, isReadOnly, statusType, options }: FieldInfo): SchemaItem {
  return { id, title, type, isMultiple, isRequired, isReadOnly, statusType, options };
}

function toList(name: string, options: SchemaItem['options']): SchemaItem {
  return { title: name, type: '', isMultiple: false, isRequired: false, isReadOnly: false, statusType: null, options };
}
