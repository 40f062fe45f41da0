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
  context.fieldMap = withoutFields(context.fieldMap, [...unusable.map(({ field }) => field), ...open]);
  context.returned = await listReturnedFields(db, tenantId, entity);
}

/** The same for fields that the list still names and that an answer does not hold: the list is older than the answer. */
export async function pauseAbsentFields(context: SyncContext, records: readonly RemoteValues[]): Promise<void> {
  const absent = userFieldsOf(context.fieldMap).filter((name) => records.some(({ fields }) => !(name in fields)));
  if (absent.length === 0) return;
  context.fieldMap = withoutFields(context.fieldMap, absent);
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
 * A deleted field that was made again is empty in every record. Until a pair was merged once since then, that emptiness says nothing: what
 * the CRM holds is sent. What a person has typed into the new field meanwhile, without having seen ours, meets it as a conflict. Everything
 * else is merged as usual.
 */
export function forgetEmptied(
  { fieldMap, returned }: SyncContext,
  { remote, mapping, shadows }: { remote: RemoteValues | null; mapping: Mapping | null; shadows: Shadows },
): Shadows {
  if (!remote || !mapping || returned.size === 0) return shadows;
  const anew = fieldMap.pairs.filter((pair) => {
    const since = Math.max(...pair.remoteFields.map((name) => returned.get(name)?.getTime() ?? 0));
    return since > 0 && !(mapping.syncedAt !== null && mapping.syncedAt.getTime() > since);
  });
  const keysWhere = (isMeant: (value: Canonical) => boolean) =>
    new Set(anew.filter((pair) => isMeant(pair.readRemote(remote, shadows.remote))).map(({ key }) => key));
  return {
    ...shadows,
    local: without(
      shadows.local,
      keysWhere((value) => value !== null),
    ),
    remote: {
      ...shadows.remote,
      values: without(
        shadows.remote.values,
        keysWhere(() => true),
      ),
    },
  };
}

function without<Value>(values: Readonly<Record<string, Value>>, keys: ReadonlySet<string>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.has(key)));
}
