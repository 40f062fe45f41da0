import { unusableFields, userFieldsOf, withoutFields } from '../../field-maps/available.ts';
import type { Canonical, RemoteValues } from '../../field-maps/types.ts';
import { listOpenFaults } from '../faults/fault-store.ts';
import { fieldOfFault, listReturnedFields } from '../faults/field-faults.ts';
import type { SyncContext } from '../pair.ts';
import type { Shadows } from '../plan/shadows.ts';
import type { LoadDeps } from './load-deps.ts';
import type { Mapping } from './mappings.ts';

/**
 * Leaves out the pairs whose field the portal does not have, or has as something else: a field that is gone is not an empty one. Maps without user fields cost
 * nothing. Throws `Bitrix24Error` when the list of fields cannot be read.
 */
export async function pauseGoneFields({ db }: LoadDeps, context: SyncContext): Promise<void> {
  const { tenantId, entity, client, options } = context;
  if (userFieldsOf(context.fieldMap).length === 0) return;
  const fields = await client.fields(entity, options);
  const unusable = unusableFields(entity, context.settings.field_map[entity], fields);
  // What the portal said of a field may be newer than the list.
  const open = (await listOpenFaults(db, tenantId)).flatMap((fault) => fieldOfFault(entity, fault) ?? []);
  pause(context, [...unusable.map(({ field }) => field), ...open]);
  context.returned = await listReturnedFields(db, tenantId, entity);
}

function pause(context: SyncContext, fields: readonly string[]): void {
  const former = context.fieldMap.pairs;
  context.fieldMap = withoutFields(context.fieldMap, fields);
  const gone = former.filter((pair) => !context.fieldMap.pairs.includes(pair)).map(({ key }) => key);
  context.paused = new Set([...context.paused, ...gone]);
}

/** The same for fields that the list still names and that an answer does not hold: the list is older than the answer. */
export async function pauseAbsentFields(context: SyncContext, records: readonly RemoteValues[]): Promise<void> {
  const absent = userFieldsOf(context.fieldMap).filter((name) => records.some(({ fields }) => !(name in fields)));
  if (absent.length === 0) return;
  pause(context, absent);
  // The answer has cast doubt on the list: unless that is a moment old, it is read again now.
  await context.client.fields(context.entity, context.options);
}

/**
 * A value of a user field that was emptied since the last look: before that is believed, the portal is asked whether the field is still the
 * same one. Costs nothing where nothing was emptied. Throws `Bitrix24Error` when the fields cannot be read.
 */
export async function doubtEmptied(
  { db }: LoadDeps,
  context: SyncContext,
  pairs: readonly { remote: RemoteValues | null; mapping: Mapping | null }[],
): Promise<void> {
  const { tenantId, entity, client, options, fieldMap } = context;
  const own = fieldMap.pairs.filter(({ remoteFields }) => remoteFields.some((name) => name.startsWith('UF_')));
  const isEmptied = pairs.some(
    ({ remote, mapping }) =>
      remote !== null &&
      own.some(({ key, readRemote }) => {
        const shadow = mapping?.shadows.remote;
        return shadow && (shadow.values[key] ?? null) !== null && readRemote(remote, shadow) === null;
      }),
  );
  if (!isEmptied) return;
  await client.refreshFields(entity, options);
  context.returned = await listReturnedFields(db, tenantId, entity);
}

/**
 * Shadows without what fields say no more. A deleted field that was made again is empty in every record. Until a pair was merged once since
 * then, that emptiness says nothing: what the CRM holds is sent. What a person has typed into the new field meanwhile, without having seen
 * ours, meets it as a conflict. A record that is merged while a field is not shown forgets the field's value: it may be another one when it
 * is back. Everything else is merged as usual.
 */
export function withoutLostFields(
  { fieldMap, paused, returned }: Pick<SyncContext, 'fieldMap' | 'paused' | 'returned'>,
  { remote, mapping, shadows }: { remote: RemoteValues | null; mapping: Mapping | null; shadows: Shadows },
): Shadows {
  if (!remote || paused.size + returned.size === 0) return shadows;
  // Of a pair that was not linked meanwhile it is not known when its sides were merged last.
  const syncedAt = (mapping?.state === 'linked' ? mapping.syncedAt?.getTime() : undefined) ?? Number.NEGATIVE_INFINITY;
  const anew = fieldMap.pairs.filter((pair) => {
    const since = Math.max(...pair.remoteFields.map((name) => returned.get(name)?.getTime() ?? 0));
    return since > 0 && syncedAt <= since;
  });
  const keysWhere = (isMeant: (value: Canonical) => boolean) =>
    anew.filter((pair) => isMeant(pair.readRemote(remote, shadows.remote))).map(({ key }) => key);
  const lostHere = new Set([...paused, ...keysWhere((value) => value !== null)]);
  const lostThere = new Set([...paused, ...keysWhere(() => true)]);
  return {
    local: without(shadows.local, lostHere),
    remote: { ...shadows.remote, values: without(shadows.remote.values, lostThere) },
  };
}

function without<Value>(values: Readonly<Record<string, Value>>, keys: ReadonlySet<string>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.has(key)));
}
