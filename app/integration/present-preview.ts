import { type Forecast, forecast, type PortalState } from '../bitrix24/limits/forecast.ts';
import { methodOf } from '../bitrix24/methods.ts';
import type { FieldMap } from '../field-maps/types.ts';
import { type Entity, entities } from '../lib/records.ts';
import type { ExampleField, Preview, PreviewGroup } from '../sync/runs/preview-groups.ts';
import { portalWrites } from '../sync/runs/preview-groups.ts';
import type { RunRow } from '../sync/runs/run-row.ts';
import { presentRun } from './present-run.ts';
import type { Outdated } from './preview-age.ts';

/** What the fields of one kind are called. */
export interface FieldNames {
  map: FieldMap;
  /** The portal's own words for its fields. */
  titles: ReadonlyMap<string, string>;
}

export interface PreviewFacts {
  names: ReadonlyMap<Entity, FieldNames>;
  /** Null where the tenant has no portal. */
  portal: PortalState | null;
  outdated: Outdated;
  now: Date;
}

/** Records that one request to the portal reads (fifty ids a command, fifty commands a request). */
const readTogether = 2500;

const groups: readonly PreviewGroup[] = [
  'create',
  'link',
  'update',
  'remove',
  'exclude',
  'ask',
  'fail',
  'skip',
  'equal',
];

/** A dry run as a preview: what it found by group and kind, with examples, and what the run itself would take. Pure. */
export function presentPreview(run: RunRow, { names, portal, outdated, now }: PreviewFacts) {
  const { preview: _preview, ...shown } = presentRun(run, now);
  return {
    run: shown,
    totals: Object.fromEntries(groups.map((group) => [group, countOf(run.preview_groups, group)])),
    kinds: Object.fromEntries(
      entities.filter((entity) => run.entities.includes(entity)).map((entity) => [entity, kindOf(run, entity, names)]),
    ),
    forecast: portal && forecastOf(run, { silent: run.silent }, portal),
    outdated,
  };
}

/** What a run of these findings takes on its portal. Pure. */
export function forecastOf(
  { preview_groups, total }: Pick<RunRow, 'preview_groups' | 'total'>,
  { silent }: { silent: boolean },
  portal: PortalState,
): Forecast {
  const { create, update, remove } = portalWrites(preview_groups);
  const calls = [
    { method: silent ? methodOf.import : methodOf.create, calls: create },
    { method: methodOf.update, calls: update },
    { method: methodOf.delete, calls: remove },
  ].filter((planned) => planned.calls > 0);
  // Both sides are read once more when the run takes them, and new records are asked for by their origin.
  const reads = Math.ceil(total / readTogether) + Math.ceil(create / readTogether);
  return forecast(calls, reads, portal);
}

function countOf(preview: Preview, group: PreviewGroup): number {
  return Object.values(preview).reduce((sum, parts) => sum + (parts[group]?.count ?? 0), 0);
}

function kindOf({ preview_groups }: RunRow, entity: Entity, names: PreviewFacts['names']) {
  const parts = preview_groups[entity] ?? {};
  const named = names.get(entity);
  return Object.fromEntries(
    groups.map((group) => {
      const { count = 0, to_bitrix = 0, examples = [] } = parts[group] ?? {};
      const shown = examples.map((example) => ({
        ...example,
        fields: example.fields.map((field) => ({ ...field, ...(named && wordsOf(field, named)) })),
      }));
      return [group, { count, to_bitrix, examples: shown }];
    }),
  );
}

/** The columns and fields behind a key, and what the portal calls the field. */
function wordsOf({ key }: ExampleField, { map, titles }: FieldNames) {
  const pair = map.pairs.find((one) => one.key === key);
  const [title] = (pair?.remoteFields ?? []).flatMap((field) => titles.get(field) ?? []);
  return { columns: pair?.localFields ?? [], bitrix24_fields: pair?.remoteFields ?? [], title: title ?? null };
}
