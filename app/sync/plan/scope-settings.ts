import { z } from 'zod';
import type { Text } from '../../lib/errors.ts';
import type { Entity } from '../../lib/records.ts';

/** PostgreSQL knows no year 0. What is no time is refused for that. */
function isInOurEra(time: string): boolean {
  const year = new Date(time).getUTCFullYear();
  return Number.isNaN(year) || year >= 1;
}

/** A moment as rules and filters name it. Rules count whole seconds, as portals keep them. */
export const momentSchema = z.iso.datetime({ offset: true }).refine(isInOurEra);

const emptyList: Text = {
  ru: 'пустой список не выбирает ничего: укажите хотя бы одно значение или уберите поле, тогда подходят все',
  en: 'an empty list chooses nothing: name at least one value, or leave the field out to take all',
};
const emptyPeriod: Text = {
  ru: 'укажите from, to или оба дня, from не позже to',
  en: 'name from, to or both days, from not after to',
};

function list<Value extends z.ZodType>(value: Value, most: number) {
  return z
    .array(value)
    .max(most)
    .refine((values) => values.length > 0, { params: { text: emptyList } });
}

/** How long a list in a filter of `crm.item.list` may be is not told: answers hold fifty rows. */
const portalList = <Value extends z.ZodType>(value: Value) => list(value, 50);
const crmList = <Value extends z.ZodType>(value: Value) => list(value, 1000);
const text = z.string().trim().min(1).max(255);
const recordId = z.number().int().min(1).max(2_147_483_647);
const userIds = portalList(recordId);
const day = z.iso.date().refine((value) => value >= '0001');
const period = z
  .strictObject({ from: day.optional(), to: day.optional() })
  .refine(({ from, to }) => (from ?? to) !== undefined && (from ?? '') <= (to ?? from ?? ''), {
    params: { text: emptyPeriod },
  });

const crmRules = {
  object: z.strictObject({
    types: crmList(text).optional(),
    statuses: crmList(text).optional(),
    contract_ids: crmList(recordId).optional(),
    /** INN or name of the client of the object's contract, exactly as the contract has it. */
    clients: crmList(text).optional(),
    updated_since: momentSchema.optional(),
  }),
  user: z.strictObject({ roles: crmList(text).optional(), is_active: z.boolean().optional() }),
  contract: z.strictObject({
    statuses: crmList(text).optional(),
    start_date: period.optional(),
    end_date: period.optional(),
  }),
};

const people = z.strictObject({ types: portalList(text).optional(), responsible: userIds.optional() });

const bitrix24Rules = {
  object: z.strictObject({
    /** Numbers of funnels, 0 is the common one. */
    categories: portalList(z.number().int().min(0).max(2_147_483_647)).optional(),
    stages: portalList(text).optional(),
    /** Ids of users of the portal. */
    responsible: userIds.optional(),
    sources: portalList(text).optional(),
    updated_since: momentSchema.optional(),
  }),
  user: people,
  contract: people,
};

const onLeave = z.enum(['rest', 'unlink']);

function rulesOf<Crm extends z.ZodType, Bitrix24 extends z.ZodType>(crm: Crm, bitrix24: Bitrix24) {
  return z.strictObject({ crm: crm.optional(), bitrix24: bitrix24.optional(), on_leave: onLeave.optional() });
}

/**
 * Which records of each kind take part. Every named field of a rule has to fit; an absent field, rule or side takes all. `on_leave`: what
 * becomes of a linked pair that leaves.
 */
export const scopeRules = {
  object: rulesOf(crmRules.object, bitrix24Rules.object),
  user: rulesOf(crmRules.user, bitrix24Rules.user),
  contract: rulesOf(crmRules.contract, bitrix24Rules.contract),
};

export const scopeSchema = z.strictObject({
  object: scopeRules.object.optional(),
  user: scopeRules.user.optional(),
  contract: scopeRules.contract.optional(),
});

/** The rules of one run, whose kind is known only beside them: what any kind has. */
export const runRules = {
  crm: z.strictObject({ ...crmRules.object.shape, ...crmRules.user.shape, ...crmRules.contract.shape }),
  bitrix24: z.strictObject({ ...bitrix24Rules.object.shape, ...people.shape }),
};

/** The rules of one side: each field with what it asks for. */
export type SideRule = Readonly<Record<string, RuleValue | undefined>>;
export type RuleValue =
  | readonly (string | number)[]
  | boolean
  | string
  | { from?: string | undefined; to?: string | undefined };

/** The scope of one kind. */
export interface KindScope {
  crm?: SideRule | undefined;
  bitrix24?: SideRule | undefined;
  on_leave?: z.infer<typeof onLeave> | undefined;
}

/** What runs that are under way ask for beside the scope, by their ids. */
export type RunFilters = ReadonlyMap<number, Pick<KindScope, 'crm' | 'bitrix24'>>;

export type Scopes = Record<Entity, KindScope>;

/** Everything takes part as long as nothing else is chosen. */
export const defaultScopes: Scopes = { object: {}, user: {}, contract: {} };
