import { RestError } from './types.ts';

export interface Funnel {
  id: number;
  name: string;
  sort: number;
}

export interface Stage {
  /** `NEW`, or `C5:NEW` outside of the common funnel. */
  id: string;
  name: string;
  semantics: 'P' | 'S' | 'F';
  /** How the stage is named in `EXTRA`. */
  extra: 'process' | 'success' | 'failure' | 'apology';
}

type Fields = Record<string, unknown>;

const stages: readonly Stage[] = [
  { id: 'NEW', name: 'Новая', semantics: 'P', extra: 'process' },
  { id: 'PREPARATION', name: 'Подготовка документов', semantics: 'P', extra: 'process' },
  { id: 'EXECUTING', name: 'В работе', semantics: 'P', extra: 'process' },
  { id: 'WON', name: 'Сделка успешна', semantics: 'S', extra: 'success' },
  { id: 'LOSE', name: 'Сделка провалена', semantics: 'F', extra: 'failure' },
  { id: 'APOLOGY', name: 'Анализ причины провала', semantics: 'F', extra: 'apology' },
];

/** The funnels of deals: the common one (0), and what an administrator adds. All have the same stages under ids of their own. */
export class Funnels {
  #funnels: Funnel[] = [{ id: 0, name: 'Общая', sort: 100 }];
  /** Stages that an administrator deleted, by their ids. */
  readonly #deleted = new Set<string>();

  list(): readonly Funnel[] {
    return this.#funnels;
  }

  /** Adds a funnel; returns its number. */
  add(name: string): number {
    const id = Math.max(...this.#funnels.map((funnel) => funnel.id)) + 1;
    this.#funnels.push({ id, name, sort: (this.#funnels.length + 1) * 100 });
    return id;
  }

  /** Deletes a funnel with its stages, as an administrator does once no deal stands in it. The common one stays. */
  delete(id: number): void {
    if (id === 0) throw new Error('The common funnel cannot be deleted');
    this.#funnels = this.#funnels.filter((funnel) => funnel.id !== id);
  }

  /** Stages in their order; none for an unknown funnel. */
  stages(funnelId: number): Stage[] {
    if (!this.#funnels.some((funnel) => funnel.id === funnelId)) return [];
    const own = stages.map((stage) => (funnelId === 0 ? stage : { ...stage, id: `C${funnelId}:${stage.id}` }));
    return own.filter(({ id }) => !this.#deleted.has(id));
  }

  /** Deletes a stage, as an administrator does once no deal stands in it. */
  deleteStage(id: string): void {
    this.#deleted.add(id);
  }

  /** Brings a deleted stage back. */
  restoreStage(id: string): void {
    this.#deleted.delete(id);
  }

  /** Throws where a write names a funnel that is not there, or a stage of another funnel. */
  check(before: Fields, write: Fields): void {
    const funnelId = Number(write.CATEGORY_ID ?? before.CATEGORY_ID ?? 0);
    const own = this.stages(funnelId);
    const name = own.length === 0 ? 'CATEGORY_ID' : 'STAGE_ID';
    const isWrong = own.length === 0 || (write.STAGE_ID != null && !own.some(({ id }) => id === write.STAGE_ID));
    if (!isWrong) return;
    throw new RestError(400, 'CRM_FIELD_ERROR_VALUE_NOT_VALID', `Invalid value for field "${name}"`);
  }

  /**
   * The place of a deal after a write: an unknown funnel and a stage of another funnel are passed over without a word, a moved deal
   * begins with the first stage, what is closed follows from the stage.
   */
  place(before: Fields, write: Fields): Fields {
    const wanted = Number(write.CATEGORY_ID ?? before.CATEGORY_ID ?? 0);
    const funnelId = this.stages(wanted).length > 0 ? wanted : Number(before.CATEGORY_ID ?? 0);
    const own = this.stages(funnelId);
    const stage =
      own.find((candidate) => candidate.id === write.STAGE_ID) ??
      own.find((candidate) => candidate.id === before.STAGE_ID) ??
      (own[0] as Stage);
    return {
      CATEGORY_ID: funnelId,
      STAGE_ID: stage.id,
      STAGE_SEMANTIC_ID: stage.semantics,
      CLOSED: stage.semantics === 'P' ? 'N' : 'Y',
    };
  }

  snapshot(): Funnel[] {
    return this.#funnels;
  }

  load(funnels: Funnel[]): void {
    this.#funnels = funnels;
  }
}
