import { setTimeout as sleep } from 'node:timers/promises';
import type { Patience, WriteOperation } from '../bitrix24/client.ts';
import { refreshStep } from './apply/refresh-step.ts';
import { leaveResting } from './apply/rest-pairs.ts';
import type { StepConcurrency } from './apply/step-concurrency.ts';
import type { Step } from './apply/write-step.ts';
import { postponeUntil, type StepDeps, writeStep } from './apply/write-step.ts';
import { fillLane } from './fill-lane.ts';
import { type FillState, forgetDone } from './in-hand.ts';
import { type Item, keyOfRow, Lane, Owners } from './lane.ts';
import type { SyncContext } from './pair.ts';

/** A tenant with much to do gives its worker slot back after this long and takes its turn again. */
const turnMs = 60_000;
/** How often the queue is looked at for something more urgent while steps are in flight. */
const lookEveryMs = 150;

/** Records of the step that shows whether a fault has ended: one of them may be refused for a reason of its own. */
const probeSize = 3;

export interface TurnOptions {
  tenantId: number;
  signal: AbortSignal;
  /** Only what a person waits for. */
  urgentOnly?: boolean;
  /** How long the portal may take; absent: the full time-outs. */
  patience?: Patience;
  concurrency: StepConcurrency;
}

/**
 * One turn of a tenant's worker: bulk work in small steps, several in flight, and between two steps what is most urgent. A person never
 * waits for more than one step of bulk work.
 */
export class Turn {
  readonly #deps: StepDeps;
  readonly #options: TurnOptions;
  readonly #owners = new Owners();
  readonly #lanes: { urgent: Lane; bulk: Lane };
  readonly #state: FillState;
  readonly #endsAt: number;
  /** When a lane last found nothing due. */
  readonly #emptySince = new Map<Lane, number>();
  /** Steps whose request the portal has not answered yet. */
  #atPortal = 0;
  /** Steps that are not committed yet. */
  #inHand = 0;
  /** Steps that were sent in this turn. */
  #sent = 0;
  #failure: { error: unknown } | null = null;
  #wake: () => void = () => undefined;

  constructor(deps: StepDeps, options: TurnOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#lanes = { urgent: new Lane('urgent', this.#owners), bulk: new Lane('bulk', this.#owners) };
    this.#state = {
      owners: this.#owners,
      handled: new Map(),
      blocked: new Map(),
      loading: new Set(),
      searches: new Set(),
    };
    this.#endsAt = deps.clock.now().getTime() + turnMs;
  }

  /** Works until nothing is due; returns true when work is left for another turn. Throws the failure of the connection. */
  async run(): Promise<boolean> {
    const { urgent, bulk } = this.#lanes;
    const lanes = this.#options.urgentOnly ? [urgent] : [urgent, bulk];
    let isOver = false;
    for (;;) {
      isOver ||= this.#failure !== null || this.#options.signal.aborted || this.#now() > this.#endsAt;
      if (isOver) for (const lane of lanes) this.#giveUp(lane);
      else {
        for (const lane of lanes) this.#fill(lane);
        for (const lane of lanes) await this.#launch(lane);
      }
      if (!this.#isWorking() && (isOver || lanes.every((lane) => this.#emptySince.has(lane)))) break;
      await this.#sleep();
    }
    if (this.#failure && !this.#options.signal.aborted) throw this.#failure.error;
    return isOver;
  }

  /** Steps are under way, or records are being read. */
  #isWorking(): boolean {
    return this.#inHand > 0 || this.#lanes.urgent.isBusy || this.#lanes.bulk.isBusy;
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }

  /** Lets a lane without work look for some. A look that found nothing is repeated a moment later, while other work goes on. */
  #fill(lane: Lane): void {
    if (!lane.mayFill) return;
    const emptySince = this.#emptySince.get(lane);
    if (emptySince !== undefined && (!this.#isWorking() || performance.now() - emptySince < lookEveryMs)) return;
    if (lane.restsUntil > this.#now()) {
      this.#emptySince.set(lane, performance.now());
      return;
    }
    lane.isLoading = true;
    const { tenantId, signal, patience } = this.#options;
    fillLane(this.#deps, this.#state, { lane, tenantId, call: { signal, ...(patience && { patience }) } })
      .then((found) => {
        lane.isDry = !found;
        if (found) this.#emptySince.clear();
        else this.#emptySince.set(lane, performance.now());
      })
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        lane.isLoading = false;
        this.#wake();
      });
  }

  /** Launches as many steps of a lane as may be in flight. The urgent lane has one place more: it never waits for bulk work to end. */
  async #launch(lane: Lane): Promise<void> {
    const { concurrency } = this.#options;
    const extra = lane.name === 'urgent' ? 1 : 0;
    // What was answered is committed beside the next requests, as many at once as may be in flight.
    const places = () =>
      Math.min(concurrency.limit + extra - this.#atPortal, 2 * concurrency.limit + extra - this.#inHand);
    for (const operation of lane.operations()) {
      while (places() > 0 && !this.#failure) {
        const size = await this.#sizeOf(lane, operation);
        if (size === 0) break;
        const { step, items } = lane.cut(operation, size);
        if (items.length === 0) break;
        this.#start(lane, step, items);
      }
    }
  }

  /** How many records the next step of an operation takes; 0 when none may leave now. */
  async #sizeOf(lane: Lane, operation: WriteOperation): Promise<number> {
    const { context } = lane;
    const waiting = lane.waitingFor(operation);
    if (!context || waiting.length === 0) return 0;
    const { gate } = this.#deps;
    const closed = gate.closedForWrite(operation, context.entity);
    if (closed) {
      const pairs = waiting.map(({ planned }) => planned.pair);
      await postponeUntil(this.#deps, context.tenantId, pairs, closed);
      lane.drop(waiting);
      return 0;
    }
    const isSending = lane.isSending(operation);
    // One probe decides whether a fault has ended.
    if (gate.needsProbe(operation, context.entity)) return isSending ? 0 : probeSize;
    const { size, cost } = await context.client.stepSize(operation, context.entity);
    // What a call costs is learned from one step before several leave.
    if (cost === null) return isSending ? 0 : size;
    const left = lane.isDry ? waiting.length : null;
    const next = this.#options.concurrency.sizeOf({ fit: size, cost, left, sent: this.#sent });
    // What is left of one portion waits for the next one, while other steps are in flight: a request for each few records is too dear.
    const isRest = lane.name === 'bulk' && left === null && waiting.length < next;
    return isRest && isSending ? 0 : next;
  }

  #start(lane: Lane, step: Step, items: readonly Item[]): void {
    const { context } = lane;
    if (!context) return;
    this.#inHand += 1;
    this.#sent += 1;
    const leavePortal = this.#takePlace();
    this.#carryOut(context, step, leavePortal)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        leavePortal();
        this.#inHand -= 1;
        lane.finish(items);
        // What was just committed may have made something else due.
        this.#emptySince.clear();
        this.#wake();
      });
  }

  /** Takes one of the places of steps in flight; returns how to give it back. Repeat-safe. */
  #takePlace(): () => void {
    let isTaken = true;
    this.#atPortal += 1;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#atPortal -= 1;
      this.#wake();
    };
  }

  async #carryOut(context: SyncContext, step: Step, leavePortal: () => void): Promise<void> {
    const answered = async () => {
      leavePortal();
      const { cost } = await context.client.stepSize(step.operation, context.entity);
      this.#options.concurrency.note(`${context.entity} ${step.operation}`, cost);
      this.#wake();
    };
    const deps = { ...this.#deps, answered };
    const awake = new Set(
      await leaveResting(
        deps,
        context.tenantId,
        step.planned.map(({ pair }) => pair),
      ),
    );
    const allowed = { ...step, planned: step.planned.filter(({ pair }) => awake.has(pair)) };
    const { step: fresh, changed } = await refreshStep(deps, context, allowed);
    for (const { pair } of changed) for (const row of pair.rows) this.#state.handled.delete(keyOfRow(row));
    if (fresh.planned.length > 0) await writeStep(deps, context, fresh);
    const rows = step.planned.flatMap(({ pair }) => pair.rows);
    await forgetDone(deps, this.#state, context.tenantId, rows);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  #giveUp(lane: Lane): void {
    for (const operation of lane.operations()) lane.drop(lane.waitingFor(operation));
  }

  async #sleep(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const pause = new AbortController();
    // Real time, not the clock's: this only gives way to what is in flight.
    await Promise.race([woken, sleep(lookEveryMs, undefined, { signal: pause.signal }).catch(() => undefined)]);
    pause.abort();
  }
}
