import { fieldMapFor } from '../field-maps/custom.ts';
import type { Language } from '../lib/errors.ts';
import { type Entity, entities } from '../lib/records.ts';
import type { Settings } from '../sync/plan/settings.ts';
import type { Schema } from '../sync/schema/compare.ts';
import type { StoredChange, StoredSchema } from '../sync/schema/schema-store.ts';
import { changeAdvice, changeText } from './schema-texts.ts';

export interface SchemaFacts {
  schemas: readonly StoredSchema[];
  changes: readonly StoredChange[];
  settings: Settings;
}

/** One pair of fields, by the kind of record and the pair's name. */
interface TouchedPair {
  entity: Entity;
  pair: string;
}

/** The changes of a portal's fields and lists with the pairs that each touches, what happened and what to do. Pure. */
export function presentSchema({ schemas, changes, settings }: SchemaFacts, language: Language) {
  return {
    read_at: schemas.reduce<Date | null>((latest, { readAt }) => (latest && latest > readAt ? latest : readAt), null),
    changes: changes.map((change) => {
      const pairs = touched(change, schemas, settings);
      const shown = change.title === change.name ? change.name : `${change.title} (${change.name})`;
      return {
        change: change.kind,
        kind: entityOf(change.part),
        field: change.name,
        option: change.optionId || null,
        title: change.title,
        before: change.before,
        after: change.after,
        since: change.noticedAt,
        last_seen_at: change.seenAt,
        pairs: pairs.map(({ entity, pair }) => ({ kind: entity, pair })),
        text: changeText(change, shown)[language],
        advice: changeAdvice(change, pairs.length > 0)[language],
      };
    }),
  };
}

/** The kind of record whose field it is; null for a list, which several kinds may use. */
function entityOf(part: string): Entity | null {
  return entities.find((entity) => part === `fields:${entity}`) ?? null;
}

function touched({ part, name }: StoredChange, schemas: readonly StoredSchema[], settings: Settings): TouchedPair[] {
  return entities.flatMap((entity) => {
    const own = schemas.find((schema) => schema.part === `fields:${entity}`)?.content ?? {};
    const fields = part === `fields:${entity}` ? [name] : part === 'lists' ? fieldsOfList(entity, name, own) : [];
    const { pairs } = fieldMapFor(entity, settings.field_map[entity]);
    return pairs
      .filter(({ remoteFields }) => remoteFields.some((field) => fields.includes(field)))
      .map(({ key }) => ({ entity, pair: key }));
  });
}

/** Fields that take their values from a list; a deal's stages come from the list of its funnel, whatever the field's own says. */
function fieldsOfList(entity: Entity, list: string, fields: Schema): string[] {
  const named = Object.entries(fields).flatMap(([field, { statusType }]) => (statusType === list ? [field] : []));
  return entity === 'object' && /^DEAL_STAGE(_\d+)?$/.test(list) ? [...named, 'STAGE_ID'] : named;
}
