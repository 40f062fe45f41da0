import type { Bitrix24Client, FieldInfo } from '../bitrix24/client.ts';
import { builtInMap } from '../field-maps/built-in.ts';
import { allowedLocalFields, type ColumnType, columnOf } from '../field-maps/columns.ts';
import { fittingConversions } from '../field-maps/conversions.ts';
import { defaultPlace, type KnownFields } from '../field-maps/types.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { type Entity, entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import { readKnownFields } from '../sync/load/known-fields.ts';
import { bitrix24Address } from './address.ts';
import { mapChoicesAnswer } from './answers/field-map.ts';

export interface MapChoiceRouteDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

const interactive = { urgency: 'interactive' } as const;

/** Makes the route that tells what own pairs can be made of. */
export function makeMapChoiceRoutes({ db, clientFor }: MapChoiceRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/field-map/choices`,
      summary:
        'Columns and fields of the portal that own pairs can be made of, with the values of lists and what fits what',
      tag: 'Settings',
      answers: { 200: mapChoicesAnswer },
      failures: [409, 502],
      async handle({ caller: { tenantId } }) {
        const client = await clientFor(tenantId);
        const kinds = [];
        // The lists of the portal are read with what it offers to choose from.
        await client.choices(interactive);
        for (const kind of entities) {
          // An administrator comes here from the portal, where the field was made a moment ago.
          await client.refreshFields(kind, interactive);
          const fields = await client.fields(kind, interactive);
          const names = [...fields.keys()].map((bitrix24) => ({ local: '', bitrix24, owner: 'both' as const }));
          const known = await readKnownFields(db, { tenantId, entity: kind }, names);
          kinds.push({
            ...{ kind, pairs: builtInPairs(kind), columns: columnsOf(kind) },
            fields: fieldsOf(kind, [...fields.values()], known),
          });
        }
        return { data: { kinds } };
      },
    }),
  ];
}

/** The pairs that every company has, each with the side that owns it by default. */
function builtInPairs(kind: Entity) {
  const { pairs } = builtInMap(kind, defaultPlace);
  return pairs.map(({ key, owner, localFields, remoteFields }) => ({
    ...{ key, owner, local: localFields, bitrix24: remoteFields },
  }));
}

/** `owner`: the only one that a column can have; null: any. */
function columnsOf(kind: Entity) {
  return allowedLocalFields(kind).flatMap((local) => {
    const column = columnOf(kind, local);
    return column ? [{ local, type: column.type, owner: column.isShown ? 'crm' : null }] : [];
  });
}

function fieldsOf(kind: Entity, fields: readonly FieldInfo[], known: KnownFields) {
  const taken = new Map(
    builtInMap(kind, defaultPlace).pairs.flatMap(({ key, remoteFields }) => remoteFields.map((name) => [name, key])),
  );
  return fields.map(({ upperName, title, type, isReadOnly, isMultiple }) => ({
    field: upperName,
    title,
    type,
    is_read_only: isReadOnly,
    is_multiple: isMultiple,
    /** The built-in pair that has the field already. */
    taken_by: taken.get(upperName) ?? null,
    /** Conversions by the type of the column; none where no pair is possible. */
    fits: taken.has(upperName) || isMultiple ? {} : fitsOf({ name: upperName, type }),
    values: known.get(upperName)?.choices?.map(({ id, name }) => ({ id, name })) ?? null,
  }));
}

const columnTypes: readonly ColumnType[] = ['text', 'date', 'datetime', 'money', 'boolean'];

function fitsOf(field: { name: string; type: string }): Partial<Record<ColumnType, string[]>> {
  const fitting = columnTypes.map((column) => [column, fittingConversions(column, field)] as const);
  return Object.fromEntries(fitting.filter(([, conversions]) => conversions.length > 0));
}
