import type { Bitrix24Client, FieldInfo } from '../bitrix24/client.ts';
import { Bitrix24Error } from '../bitrix24/errors.ts';
import { columnOf } from '../field-maps/columns.ts';
import { checkCustomPair } from '../field-maps/custom.ts';
import type { CustomPair } from '../field-maps/types.ts';
import { AppError, invalidRequest, type Text } from '../lib/errors.ts';
import { type Entity, entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import type { StoredSettings } from '../sync/plan/settings.ts';
import { type OwnField, ownFieldOf, ownFields } from './own-fields.ts';
import { saveSettings } from './settings.ts';
import { readVersioned } from './settings-versions.ts';

export interface MakeFieldsDeps {
  db: Database;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
}

/** CRM columns by kind for which fields are wanted. */
export type WantedFields = Readonly<Partial<Record<Entity, readonly string[] | undefined>>>;

/** `unfit`: a field of that name is there and cannot hold the column. */
export interface FieldState {
  kind: Entity;
  local: string;
  field: string;
  title: string;
  state: 'made' | 'exists' | 'missing' | 'unfit';
  problem: Text | null;
}

const interactive = { urgency: 'interactive' } as const;

/** The fields that can be made, and which of them the portal has. Throws `Bitrix24Error` when it cannot be asked. */
export async function readOwnFields(client: Bitrix24Client): Promise<FieldState[]> {
  const states: FieldState[] = [];
  for (const kind of entities) {
    const fields = await client.fields(kind, interactive);
    for (const own of ownFields(kind)) states.push(stateOf(kind, own, fields.get(own.bitrix24)));
  }
  return states;
}

/**
 * Makes the user fields that are wanted and not there. Each is looked for by its name before it is made, and once more when making it
 * failed: an answer may be lost after the field was made, and another administrator may have been faster. Repeat-safe. Throws AppError
 * `invalid_request` for a column without a field, `field_not_made` where the portal refuses; what was made until then stays and is told.
 */
export async function makeFields(
  { clientFor }: MakeFieldsDeps,
  tenantId: number,
  wanted: WantedFields,
): Promise<FieldState[]> {
  const asked = entities.flatMap((kind) => (wanted[kind] ?? []).map((local) => ({ kind, local })));
  const own = asked.map(({ kind, local }) => ({ kind, own: ownFieldOf(kind, local) ?? unknownColumn(kind, local) }));
  const client = await clientFor(tenantId);
  const done: FieldState[] = [];
  for (const kind of new Set(own.map((one) => one.kind))) await client.refreshFields(kind, interactive);
  for (const one of own) done.push(await makeOne(client, one, done));
  return done;
}

function unknownColumn(kind: Entity, local: string): never {
  const known = ownFields(kind)
    .map((one) => one.local)
    .join(', ');
  const problem = { ru: `доступные поля: ${known}`, en: `fields to choose from: ${known}` };
  throw invalidRequest(
    { ru: `Для ${local} поле не создаётся: ${problem.ru}`, en: `No field is made for ${local}: ${problem.en}` },
    [{ path: `fields.${kind}`, problem }],
  );
}

async function makeOne(
  client: Bitrix24Client,
  { kind, own }: { kind: Entity; own: OwnField },
  done: readonly FieldState[],
): Promise<FieldState> {
  const found = (await client.fields(kind, interactive)).get(own.bitrix24);
  if (found) return stateOf(kind, own, found);
  try {
    await client.addUserField(kind, { upperName: own.bitrix24, labels: own.labels }, interactive);
  } catch (error) {
    if (!(error instanceof Bitrix24Error)) throw error;
    const late = await lookAgain(client, kind, own);
    if (!late) throw notMade(own, error, done);
    return { ...stateOf(kind, own, late), state: error.uncertain ? 'made' : 'exists' };
  }
  const made = await lookAgain(client, kind, own);
  return { ...stateOf(kind, own, made), state: 'made' };
}

async function lookAgain(client: Bitrix24Client, kind: Entity, { bitrix24 }: OwnField): Promise<FieldInfo | undefined> {
  await client.refreshFields(kind, interactive);
  return (await client.fields(kind, interactive)).get(bitrix24);
}

function stateOf(kind: Entity, own: OwnField, found: FieldInfo | undefined): FieldState {
  const { local, bitrix24 } = own;
  const problem = found ? checkCustomPair(kind, pairOf(kind, own), found) : null;
  const state = !found ? 'missing' : problem ? 'unfit' : 'exists';
  return { kind, local, field: bitrix24, title: found?.title ?? own.labels.ru, state, problem };
}

function pairOf(kind: Entity, { local, bitrix24 }: OwnField): Pick<CustomPair, 'local' | 'bitrix24' | 'owner'> {
  return { local, bitrix24, owner: columnOf(kind, local)?.isShown ? 'crm' : 'both' };
}

/** Only administrators of the CRM make fields (crm-deal-userfield-add.md, 2026-08-13). */
function notMade({ bitrix24 }: OwnField, error: Bitrix24Error, done: readonly FieldState[]): AppError {
  const made = done.map(({ kind, local, field, state }) => ({ kind, local, field, state }));
  const advice: Text = error.retryable
    ? {
        ru: 'Повторите: то, что уже создано, второй раз не создаётся',
        en: 'Try again: what is made already is not made twice',
      }
    : {
        ru: 'Поля создаёт администратор CRM портала: дайте подключению его права или создайте поле вручную с этим именем',
        en: 'Fields are made by administrators of the CRM in the portal: give the connection their rights, or make the field by hand under this name',
      };
  return new AppError({
    code: 'field_not_made',
    status: error.retryable ? 503 : 409,
    text: {
      ru: `Портал не создал поле ${bitrix24}: ${error.reason.ru}. ${advice.ru}`,
      en: `The portal did not make the field ${bitrix24}: ${error.reason.en}. ${advice.en}`,
    },
    details: { fields: made },
    cause: error,
  });
}

/**
 * Adds pairs for these fields to the field map, where their column or field is in no own pair yet. Returns the keys of the pairs that were
 * added. Throws what `saveSettings` throws. Repeat-safe.
 */
export async function addPairs(
  deps: MakeFieldsDeps,
  tenantId: number,
  states: readonly FieldState[],
  author: string,
): Promise<string[]> {
  const { version, understood } = await readVersioned(deps.db, tenantId);
  const { chosen } = understood;
  const fieldMap: NonNullable<StoredSettings['field_map']> = { ...chosen.field_map };
  const added: string[] = [];
  for (const { kind, local, state } of states) {
    const own = ownFieldOf(kind, local);
    const custom = fieldMap[kind]?.custom ?? [];
    const isThere = custom.some((pair) => pair.local === local || pair.bitrix24 === own?.bitrix24);
    if (!own || state === 'unfit' || state === 'missing' || isThere) continue;
    fieldMap[kind] = { ...fieldMap[kind], custom: [...custom, pairOf(kind, own)] };
    added.push(`${local}:${own.bitrix24}`);
  }
  if (added.length > 0) {
    await saveSettings(deps, tenantId, { ...chosen, field_map: fieldMap }, { author, expected: [version] });
  }
  return added;
}
