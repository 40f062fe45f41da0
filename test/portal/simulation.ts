import type { ControlRoutes } from './app-control.ts';
import type { Journal } from './journal.ts';
import { type CrmCounts, judgeTour, stepTexts, type TourFacts, type TourStep, tourSteps } from './tour.ts';
import { Troubles } from './troubles.ts';

/** A letter that a mail server beside the portal has received. */
export interface ShownLetter {
  at: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
}

/** What is around the portal and no part of it: troubles at a person's wish, a tour through them, a mailbox, a CRM. */
export class Simulation {
  readonly troubles = new Troubles();
  /** Letters, the newest first; null without a mail server. */
  mailbox: (() => readonly ShownLetter[]) | null = null;
  /** Asks the CRM beside the portal; null without one. */
  lookAtCrm: (() => Promise<CrmCounts>) | null = null;
  readonly #isConnected: () => boolean;
  #done = new Set<TourStep>();
  #settledAtFirst: number | null = null;
  #saves = 0;
  #isEditTold = false;

  constructor({ journal, isConnected }: { journal: Journal; isConnected: () => boolean }) {
    this.#isConnected = isConnected;
    journal.subscribe(({ kind, status }) => {
      if (kind === 'event' && status === 200 && this.#saves > 0) this.#isEditTold = true;
    });
  }

  /** A person saved a record on the portal's page. */
  noteSave(): void {
    this.#saves += 1;
  }

  /** The steps of the tour, those that are done ticked. */
  async tour() {
    this.#done = judgeTour(this.#done, await this.#facts());
    return tourSteps.map((name) => ({ name, isDone: this.#done.has(name), ...stepTexts[name] }));
  }

  async #facts(): Promise<TourFacts> {
    const crm = this.lookAtCrm ? await this.lookAtCrm().catch(() => null) : null;
    if (crm) this.#settledAtFirst ??= crm.settledConflicts;
    return {
      isConnected: this.#isConnected(),
      isEditTold: this.#isEditTold,
      crm: crm && { ...crm, settledConflicts: crm.settledConflicts - (this.#settledAtFirst ?? 0) },
      troubles: this.troubles.lasting.length,
    };
  }
}

/** What the page asks about troubles, the tour and the mailbox. */
export function makeSimulationControl(simulation: Simulation): ControlRoutes {
  const { troubles } = simulation;
  return {
    'GET troubles': () => ({ troubles: troubles.list() }),
    'POST troubles/*': async ({ id, body }) => {
      const isWanted = body.on !== false && body.on !== 'false';
      const text = isWanted ? await troubles.begin(id, body) : null;
      if (!isWanted) troubles.end(id);
      return { troubles: troubles.list(), text };
    },
    'GET tour': async () => ({ steps: await simulation.tour() }),
    'GET mail': () => ({ isAvailable: simulation.mailbox !== null, letters: simulation.mailbox?.() ?? [] }),
  };
}
