import type { Api } from './client.ts';
import type { Kind } from './kinds.ts';
import type { FieldMapChoice, Owner } from './settings.ts';

type ColumnType = 'text' | 'date' | 'datetime' | 'money' | 'boolean';

/** A CRM column; `owner`: the only one that it can have, null: any. */
export interface Column {
  local: string;
  type: ColumnType;
  owner: Owner | null;
}

export interface PortalField {
  field: string;
  title: string;
  type: string;
  is_read_only: boolean;
  is_multiple: boolean;
  /** The pair that every company has and that holds the field. */
  taken_by: string | null;
  /** Conversions by the type of the column, the usual one first. */
  fits: Partial<Record<ColumnType, string[]>>;
  /** What a list offers; null: no list, or the portal does not show it. */
  values: { id: string; name: string }[] | null;
}

/** What the field map of a kind can be made of. */
export interface MapChoices {
  kind: Kind;
  pairs: { key: string; owner: Owner; local: string[]; bitrix24: string[] }[];
  columns: Column[];
  fields: PortalField[];
}

/** A field that can be made in the portal for a CRM column. */
export interface OwnField {
  kind: Kind;
  local: string;
  field: string;
  title: string;
  state: 'made' | 'exists' | 'missing' | 'unfit';
  problem: string | null;
}

/** What would become of a field of a record. `none`: both sides stay. */
export interface FieldPreview {
  field: string;
  crm: string | null;
  bitrix24: string | null;
  after: string | null;
  wins: 'crm' | 'bitrix24' | 'none';
  unmapped: boolean;
}

export interface MapPreview {
  kind: Kind;
  /** Pairs that are new or changed. */
  pairs: string[];
  touched: number;
  first_link: 'fill_only' | 'crm' | 'bitrix24';
  looked: number;
  changing: number;
  examples: { local_id: number | null; bitrix24_id: number | null; fields: FieldPreview[] }[];
}

const address = '/api/integration/bitrix24';

export async function readMapChoices(api: Api, kind: Kind, signal?: AbortSignal): Promise<MapChoices | null> {
  const { kinds } = await api.get<{ kinds: MapChoices[] }>(`${address}/field-map/choices`, {}, signal);
  return kinds.find((one) => one.kind === kind) ?? null;
}

export async function previewMap(api: Api, kind: Kind, map: FieldMapChoice): Promise<MapPreview | null> {
  const body = { field_map: { [kind]: map } };
  const { kinds } = await api.post<{ kinds: MapPreview[] }>(`${address}/field-map/preview`, body);
  return kinds.find((one) => one.kind === kind) ?? null;
}

export async function readOwnFields(api: Api, signal?: AbortSignal): Promise<OwnField[]> {
  return (await api.get<{ fields: OwnField[] }>(`${address}/fields`, {}, signal)).fields;
}

/** Makes the fields, each once, and adds their pairs to the field map. Repeat-safe. */
export const makeOwnFields = (api: Api, kind: Kind, columns: readonly string[]) =>
  api.post<{ fields: OwnField[] }>(`${address}/fields`, { fields: { [kind]: columns }, add_pairs: true });
