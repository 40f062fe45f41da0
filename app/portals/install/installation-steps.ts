import type { Transaction } from 'sequelize';
import type { Clock } from '../../lib/clock.ts';
import { type Database, queryRows } from '../../models/database.ts';

/** What an installation consists of, in the order in which it happens. */
export const installationSteps = ['proved', 'company', 'events', 'offline', 'placements', 'fields'] as const;
export type InstallationStep = (typeof installationSteps)[number];

export interface StepState {
  state: 'done' | 'failed' | 'waiting';
  /** RFC 3339. */
  at: string;
  error?: { code: string; text: { ru: string; en: string } };
}

/** Steps that a worker does, each apart from the others: what fails in one costs that one. */
const workerSteps = ['events', 'offline', 'placements', 'fields'] as const satisfies readonly InstallationStep[];
export type WorkerStep = (typeof workerSteps)[number];

/** Writes how the steps of installations stand. */
export function makeInstallationSteps({ db, clock }: { db: Database; clock: Clock }) {
  return {
    /** Notes how a step ended. */
    async noteStep(id: number, step: InstallationStep, state: StepState, transaction?: Transaction): Promise<void> {
      await queryRows(
        db,
        `update bitrix24_installations set steps = steps || jsonb_build_object($step::text, $state::jsonb), updated_at = now()
          where id = $id`,
        { id, step, state: JSON.stringify(state) },
        transaction,
      );
    },

    /** Puts the worker's steps that are not done back to "in progress". Repeat-safe. */
    async restartSteps(id: number): Promise<void> {
      await queryRows(
        db,
        `update bitrix24_installations i set updated_at = now(), steps = i.steps || coalesce((
           select jsonb_object_agg(key, jsonb_build_object('state', 'waiting', 'at', $at::text))
             from jsonb_each(i.steps) where key = any($steps) and value ->> 'state' <> 'done'), '{}')
          where id = $id`,
        { id, steps: workerSteps, at: clock.now().toISOString() },
      );
    },
  };
}
