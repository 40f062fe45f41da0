import type { WriteOperation } from '../bitrix24/client.ts';
import type { Entity } from '../lib/records.ts';
import { operationOfPlan } from './apply/commands.ts';
import type { Step } from './apply/write-step.ts';
import type { LoadedPair, SyncContext } from './pair.ts';
import { companyKeysOf, firstOfEachCompany } from './plan/one-company.ts';
import type { Planned } from './plan/plan-pair.ts';
import type { QueueRow } from './queue/sync-queue.ts';

/** What just changed, or work that can wait: the urgent lane's next step always goes first. */
export type LaneName = 'urgent' | 'bulk';

/** A planned pair that waits for its step, or is in one. */
export interface Item {
  planned: Planned;
  operation: WriteOperation;
  lane: Lane;
  inFlight: boolean;
  /** The keys of its rows and records when it was taken: the pair itself learns more of them. */
  keys: readonly string[];
}

/** With fewer records waiting, the next ones are read: ten full steps, about what eight places write while that takes. */
const readAhead = 500;

const order: readonly WriteOperation[] = ['update', 'delete', 'create', 'import'];

/**
 * One stream of a tenant's work: it takes rows of one kind, and those of the next kind when all steps are done, because a deal must find
 * the company that was made a moment ago.
 */
export class Lane {
  readonly name: LaneName;
  /** A search for rows, or the reading of their records, is under way. */
  isLoading = false;
  /** The last search found nothing: no other records join those that wait. */
  isDry = false;
  /** Nothing is taken before: the portal's limits said so. */
  restsUntil = 0;
  context: SyncContext | null = null;
  #waiting: Item[] = [];
  #inFlight = new Set<Item>();
  readonly #owners: Owners;

  constructor(name: LaneName, owners: Owners) {
    this.name = name;
    this.#owners = owners;
  }

  get entity(): Entity | null {
    return this.context?.entity ?? null;
  }

  /** Records wait for their step, or are in one. */
  get hasSteps(): boolean {
    return this.#waiting.length > 0 || this.#inFlight.size > 0;
  }

  get isBusy(): boolean {
    return this.isLoading || this.hasSteps;
  }

  /** Few records wait: the next ones may be read while the last are written. */
  get mayFill(): boolean {
    return !this.isLoading && this.#waiting.length < readAhead;
  }

  /** Takes pairs in hand while they are planned: no other step may have them. `finish` gives them back. */
  reserve(pairs: readonly LoadedPair[]): Item[] {
    return pairs.map((pair) => {
      const planned: Planned = { pair, plan: { action: 'nothing' } };
      const item: Item = { planned, operation: 'update', lane: this, inFlight: true, keys: keysOfPair(pair) };
      this.#owners.take(item);
      return item;
    });
  }

  /**
   * Adds plans that the portal must be told of. Of several that would write one company only one is taken; returns the others, each with
   * the item that it waits for.
   */
  add(context: SyncContext, planned: readonly Planned[]): { pair: LoadedPair; waitsFor: Item }[] {
    this.context = context;
    const asking = planned.filter((one) => operationOfPlan(context, one) !== null);
    const left: { pair: LoadedPair; waitsFor: Item }[] = [];
    for (const [one, others] of firstOfEachCompany(asking)) {
      const operation = operationOfPlan(context, one);
      if (!operation) continue;
      const item: Item = { planned: one, operation, lane: this, inFlight: false, keys: keysOfPair(one.pair) };
      this.#waiting.push(item);
      this.#owners.take(item);
      left.push(...others.map(({ pair }) => ({ pair, waitsFor: item })));
    }
    return left;
  }

  /** Operations that wait, in the order in which they are to be sent. */
  operations(): WriteOperation[] {
    return order.filter((operation) => this.#waiting.some((item) => item.operation === operation));
  }

  /** Whether a step of this operation is under way. */
  isSending(operation: WriteOperation): boolean {
    return [...this.#inFlight].some((item) => item.operation === operation);
  }

  /** Takes the next `size` records of an operation out: their step is in flight until `finish`. */
  cut(operation: WriteOperation, size: number): { step: Step; items: Item[] } {
    const items = this.#waiting.filter((item) => item.operation === operation).slice(0, size);
    this.#remove(items);
    for (const item of items) {
      item.inFlight = true;
      this.#inFlight.add(item);
    }
    return { step: { operation, planned: items.map(({ planned }) => planned) }, items };
  }

  /** The step of these items has ended. */
  finish(items: readonly Item[]): void {
    for (const item of items) {
      this.#inFlight.delete(item);
      this.#owners.release(item);
    }
  }

  /** Gives up items that wait, because somebody more urgent has them in hand or nothing of theirs may be sent now. */
  drop(items: readonly Item[]): void {
    this.#remove(items);
    for (const item of items) this.#owners.release(item);
  }

  /** Items of an operation that wait. */
  waitingFor(operation: WriteOperation): Item[] {
    return this.#waiting.filter((item) => item.operation === operation);
  }

  #remove(items: readonly Item[]): void {
    const gone = new Set(items);
    this.#waiting = this.#waiting.filter((item) => !gone.has(item));
  }
}

/** Who has which record in hand: a record is in at most one step. */
export class Owners {
  readonly #items = new Map<string, Set<Item>>();
  /** For each reading that is under way, the keys of items that ended since it began. */
  readonly #readings = new Set<Set<string>>();

  /** Runs a reading of records; returns its answer and the keys of items that ended meanwhile: what was read of those may be older. */
  async watch<Answer>(read: () => Promise<Answer>): Promise<{ answer: Answer; ended: ReadonlySet<string> }> {
    const ended = new Set<string>();
    this.#readings.add(ended);
    try {
      return { answer: await read(), ended };
    } finally {
      this.#readings.delete(ended);
    }
  }

  take(item: Item): void {
    for (const key of item.keys) {
      const items = this.#items.get(key);
      if (items) items.add(item);
      else this.#items.set(key, new Set([item]));
    }
  }

  release(item: Item): void {
    for (const key of item.keys) {
      for (const ended of this.#readings) ended.add(key);
      const items = this.#items.get(key);
      items?.delete(item);
      if (items?.size === 0) this.#items.delete(key);
    }
  }

  /** Whether the item has its records in hand still. */
  holds(item: Item): boolean {
    return item.keys.some((key) => this.#items.get(key)?.has(item));
  }

  ofPair(pair: LoadedPair): Item[] {
    const items = keysOfPair(pair).flatMap((key) => [...(this.#items.get(key) ?? [])]);
    return [...new Set(items)];
  }

  ofRow(row: QueueRow): Item[] {
    return [...(this.#items.get(keyOfRow(row)) ?? [])];
  }

  get size(): number {
    return this.#items.size;
  }
}

/** The keys of a pair's rows and records. */
export function keysOfPair(pair: LoadedPair): string[] {
  const { entity, localId, remoteId, rows } = pair;
  const keys = rows.map(keyOfRow);
  if (localId !== null) keys.push(`${entity}:local:${localId}`);
  if (remoteId !== null) keys.push(`${entity}:bitrix24:${remoteId}`);
  return [...keys, ...companyKeysOf(pair)];
}

export function keyOfRow(row: { entity: Entity; side: string; recordId: number }): string {
  return `${row.entity}:${row.side}:${row.recordId}`;
}
