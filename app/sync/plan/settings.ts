import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import type { Text } from '../../lib/errors.ts';
import { customPairSchema } from './custom-pair-settings.ts';
import { type FirstLinkRule, firstLinkRules } from './first-link.ts';
import { defaultMatching, matchingSchema } from './matching-settings.ts';
import { defaultPlacement, type PlacementSettings, placementRules, placementSchema } from './placement-settings.ts';
import { defaultVisitorAccess, portalAccessRules, portalAccessSchema, type VisitorAccess } from './portal-access.ts';
import { defaultScopes, type Scopes, scopeRules, scopeSchema } from './scope-settings.ts';

const direction = z.enum(['to_bitrix', 'from_bitrix', 'bidirectional']);
const policy = z.enum(['latest', 'crm', 'bitrix24', 'ask']);
const onLocalDelete = z.enum(['keep', 'close', 'delete']);
const onBitrix24Delete = z.enum(['keep', 'recreate', 'delete']);
const owner = z.enum(['both', 'crm', 'bitrix24']);
const firstLink = z.enum(firstLinkRules);

const fieldMap = z.strictObject({
  disabled: z.array(z.string().max(100)).max(50).optional(),
  owners: z.record(z.string().max(100), owner).optional(),
  /** Of single fields; the others follow `policies` of the kind. */
  policies: z.record(z.string().max(100), policy).optional(),
  custom: z.array(customPairSchema).max(50).optional(),
});

const country = z.string().refine(isSupportedCountry, { error: 'ISO 3166-1: RU, BY, KZ, UZ, UA, …' });

function perEntity<Value extends z.ZodType>(value: Value) {
  return z.strictObject({ object: value.optional(), user: value.optional(), contract: value.optional() });
}

/**
 * What a tenant's administrator may choose; kept in `companies.settings` exactly as it was sent, absent keys mean the
 * default. `automatic` is also read by the queue triggers in the database.
 */
export const settingsSchema = z.strictObject({
  directions: perEntity(direction).optional(),
  policies: perEntity(policy).optional(),
  automatic: perEntity(z.boolean()).optional(),
  import_new: perEntity(z.boolean()).optional(),
  on_local_delete: perEntity(onLocalDelete).optional(),
  on_bitrix24_delete: perEntity(onBitrix24Delete).optional(),
  field_map: perEntity(fieldMap).optional(),
  matching: perEntity(matchingSchema).optional(),
  first_link: perEntity(firstLink).optional(),
  /** Where phone numbers are dialled without a country code (`RU`, `BY`, …); null: the country of the portal. */
  country: country.nullable().optional(),
  portal_access: portalAccessSchema.optional(),
  /** Which records of each kind take part; absent: all. */
  scope: scopeSchema.optional(),
  /** Where new records go in the portal, and to whom. */
  placement: placementSchema.optional(),
});

export type StoredSettings = z.infer<typeof settingsSchema>;
export type ConflictPolicy = z.infer<typeof policy>;

function forEach<Value>(value: Value) {
  return { object: value, user: value, contract: value };
}

/** Defaults: both ways, the later change wins, nothing is deleted, records that only Bitrix24 has stay there, a first link overwrites nothing. */
const defaults = {
  directions: forEach<z.infer<typeof direction>>('bidirectional'),
  policies: forEach<ConflictPolicy>('latest'),
  automatic: forEach(true),
  import_new: forEach(false),
  on_local_delete: forEach<z.infer<typeof onLocalDelete>>('keep'),
  on_bitrix24_delete: forEach<z.infer<typeof onBitrix24Delete>>('keep'),
  field_map: forEach<z.infer<typeof fieldMap>>({}),
  matching: defaultMatching,
  first_link: forEach<FirstLinkRule>('fill_only'),
};

type PerKind = typeof defaults;

export type Settings = PerKind & {
  country: CountryCode | null;
  portal_access: VisitorAccess;
  scope: Scopes;
  placement: PlacementSettings;
};

/** A key whose stored value is not understood, and what counts instead. */
export interface SettingsProblem {
  path: string;
  problem: Text;
}

export interface Understood {
  /** Every default filled in. */
  settings: Settings;
  /** What was chosen and understood, without defaults: the last good value of each key. */
  chosen: StoredSettings;
  problems: SettingsProblem[];
}

/** Every key's own value; what another program keeps beside the known keys of a field map is passed over. */
const values = {
  directions: direction,
  policies: policy,
  automatic: z.boolean(),
  import_new: z.boolean(),
  on_local_delete: onLocalDelete,
  on_bitrix24_delete: onBitrix24Delete,
  field_map: z.object(fieldMap.shape),
  matching: matchingSchema,
  first_link: firstLink,
} satisfies Record<keyof PerKind, z.ZodType>;

const kindKeys = Object.keys(values) as (keyof PerKind)[];

type GroupKey = 'portal_access' | 'scope' | 'placement';

/** Keys whose values stand in groups: for each kind of record, or for each rule. */
const groups: { key: keyof PerKind | GroupKey; values: Record<string, z.ZodType> }[] = [
  ...kindKeys.map((key) => ({ key, values: forEach<z.ZodType>(values[key]) })),
  { key: 'portal_access', values: portalAccessRules },
  { key: 'scope', values: scopeRules },
  { key: 'placement', values: placementRules },
];

export const settingsKeys: readonly (keyof Settings)[] = [
  ...kindKeys,
  'portal_access',
  'scope',
  'placement',
  'country',
];

/**
 * Reads stored settings key by key: a value that is not understood is replaced by the last good one, else by the default, and told; it
 * changes no other key. Keys of other programs are passed over. Pure.
 */
export function understandSettings(stored: unknown, good: unknown): Understood {
  const chosen: Partial<Record<keyof PerKind | GroupKey, Record<string, unknown>>> & { country?: string } = {};
  const problems: SettingsProblem[] = [];
  const root = stored ?? {};
  if (!isObject(root)) problems.push(told('settings', root));
  for (const { key, values } of groups) {
    const { [key]: group = {} } = isObject(root) ? root : { [key]: null };
    if (isObject(root) && !isObject(group)) problems.push(told(key, group));
    for (const [name, schema] of Object.entries(values)) {
      const raw = isObject(group) ? group[name] : null;
      if (raw === undefined) continue;
      const value = schema.safeParse(raw);
      if (!value.success && isObject(group)) problems.push(told(`${key}.${name}`, raw));
      const kept = value.success ? value : schema.safeParse(goodValue(good, key, name));
      if (kept.success) chosen[key] = { ...chosen[key], [name]: kept.data };
    }
  }
  const home = isObject(root) ? (root.country ?? null) : null;
  const known = country.safeParse(home);
  if (home !== null && !known.success) problems.push(told('country', home));
  const kept = known.success ? known : country.safeParse(home === null || !isObject(good) ? null : good.country);
  if (kept.success) chosen.country = kept.data;
  // Every value has just passed the schema of its key.
  const understood = chosen as StoredSettings;
  return { settings: withDefaults(understood), chosen: understood, problems };
}

/** The settings that count, every default filled in; `good` are the last ones that were understood. */
export function settingsOf(stored: unknown, good: unknown = null): Settings {
  return understandSettings(stored, good).settings;
}

function withDefaults(chosen: StoredSettings): Settings {
  return {
    directions: { ...defaults.directions, ...chosen.directions },
    policies: { ...defaults.policies, ...chosen.policies },
    automatic: { ...defaults.automatic, ...chosen.automatic },
    import_new: { ...defaults.import_new, ...chosen.import_new },
    on_local_delete: { ...defaults.on_local_delete, ...chosen.on_local_delete },
    on_bitrix24_delete: { ...defaults.on_bitrix24_delete, ...chosen.on_bitrix24_delete },
    field_map: { ...defaults.field_map, ...chosen.field_map },
    matching: { ...defaults.matching, ...chosen.matching },
    first_link: { ...defaults.first_link, ...chosen.first_link },
    country: chosen.country ?? null,
    portal_access: { ...defaultVisitorAccess, ...chosen.portal_access },
    scope: { ...defaultScopes, ...chosen.scope },
    placement: { ...defaultPlacement, ...chosen.placement },
  };
}

function goodValue(good: unknown, key: string, name: string): unknown {
  const group = isObject(good) ? good[key] : undefined;
  return isObject(group) ? group[name] : undefined;
}

const shownLength = 60;

function told(path: string, value: unknown): SettingsProblem {
  const shown = JSON.stringify(value).slice(0, shownLength);
  return {
    path,
    problem: {
      ru: `значение ${shown} не подходит: действует последнее верное, а если его не было — значение по умолчанию`,
      en: `the value ${shown} does not fit: the last good one counts or, if there was none, the default`,
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
