import type { Clock } from '../lib/clock.ts';
import { pairKinds } from '../lib/records.ts';
import { makeRememberBriefly } from '../lib/remember-briefly.ts';
import type { Command } from './batch.ts';
import type { Call } from './call-method.ts';
import type { CallOptions, Funnel, ListOption, Person, PortalChoices } from './client.ts';
import { Bitrix24Error } from './errors.ts';
import type { Catalogue, SchemaNotes } from './field-metadata.ts';
import type { Limits } from './limits/limits.ts';
import { pageSize } from './list-answer.ts';
import { readCommands } from './read-commands.ts';
import type { Transport } from './sdk.ts';

export interface ChoicesDeps {
  transport: Transport;
  limits: Limits;
  call: Call;
  catalogue: Catalogue;
  clock: Clock;
  notes?: SchemaNotes | undefined;
}

/** Funnels, people and lists change rarely; a list of funnels took a portal 15 s (crm-category-list.md, 2026-08-18). */
const kept = { forMs: 600_000, most: 1, failures: 'forgotten' } as const;

type Part = 'funnels' | 'people' | 'lists';

/** Makes the reader of what a record of the portal can be given. Only active and dismissed employees are people: no bots, no guests. */
export function makeChoices(deps: ChoicesDeps) {
  const { catalogue, clock, notes } = deps;
  const remembered = makeRememberBriefly<PortalChoices>({ clock, ...kept });

  async function readNow(options: CallOptions): Promise<PortalChoices> {
    const readAt = clock.now();
    const unread: PortalChoices['unread'] = {};
    const orNull = async <Value>(part: Part, work: () => Promise<Value>): Promise<Value | null> => {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Bitrix24Error) || error.retryable) throw error;
        unread[part] = error;
        return null;
      }
    };
    const lists = await orNull('lists', () => catalogue.refreshLists(options));
    const funnels = lists && (await orNull('funnels', () => readFunnels(deps, lists, options)));
    const people = await orNull('people', () => readPeople(deps, options));
    if (!lists && unread.lists) unread.funnels = unread.lists;
    const choices = { funnels, people, lists, unread, readAt };
    await notes?.choices(choices);
    return choices;
  }

  return {
    read: (options: CallOptions = {}, since?: Date) => remembered('choices', () => readNow(options), since ?? null),
    clear: () => remembered.clear(),
  };
}

/** Those that we may see: a funnel that is closed to us is left out without a word (crm-category-list.md, 2026-08-18). */
async function readFunnels(
  { call }: ChoicesDeps,
  lists: ReadonlyMap<string, readonly ListOption[]>,
  options: CallOptions,
): Promise<Funnel[]> {
  const { result } = await call('crm.category.list', { entityTypeId: pairKinds.object.entityTypeId }, options);
  const rows = (result as { categories?: unknown } | null)?.categories;
  const categories = (Array.isArray(rows) ? rows : []) as { id?: unknown; name?: unknown }[];
  return categories.map(({ id, name }) => {
    const stages = lists.get(Number(id) === 0 ? 'DEAL_STAGE' : `DEAL_STAGE_${Number(id)}`) ?? [];
    return { id: Number(id), name: String(name ?? id), stages };
  });
}

interface WireUser {
  ID?: unknown;
  NAME?: unknown;
  LAST_NAME?: unknown;
  EMAIL?: unknown;
  ACTIVE?: unknown;
}

/** Pages of one request: most portals end within the first few. */
const pagesAtOnce = [1, 5, 50];

/**
 * Everybody whom `user.get` shows, dismissed people among them, fifty a page (user-get.md, 2026-08-13): pages are asked for until one is not
 * full. E-mails are told with the scopes `user` and `user_basic` only.
 */
async function readPeople(deps: ChoicesDeps, options: CallOptions): Promise<Person[]> {
  const people = new Map<number, Person>();
  for (let [read, round] = [0, 0]; ; round += 1) {
    const pages = pagesAtOnce[Math.min(round, pagesAtOnce.length - 1)] ?? 1;
    const commands = Array.from({ length: pages }, (_, index): Command => {
      return { method: 'user.get', params: { sort: 'ID', order: 'ASC', start: (read + index) * pageSize } };
    });
    const answers = await readCommands(deps, commands, options);
    const found = answers.map(({ result }) => (Array.isArray(result) ? result : []) as WireUser[]);
    const before = people.size;
    for (const row of found.flat()) people.set(Number(row.ID), toPerson(row));
    read += pages;
    // A portal that passes `start` over shows the first page for ever.
    const isWhole = found.some((rows) => rows.length < pageSize) || people.size === before;
    if (isWhole) return [...people.values()].filter(({ id }) => id > 0);
  }
}

function toPerson({ ID, NAME, LAST_NAME, EMAIL, ACTIVE }: WireUser): Person {
  return {
    id: Number(ID),
    name: [NAME, LAST_NAME].filter(Boolean).join(' ') || String(ID),
    email: EMAIL ? String(EMAIL) : null,
    isActive: ACTIVE === true || ACTIVE === 'Y' || ACTIVE === 'true',
  };
}
