import { z } from 'zod';
import { idParams } from '../http/ids.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { notFound, type Text } from '../lib/errors.ts';
import { entities } from '../lib/records.ts';
import type { Database } from '../models/database.ts';
import type { Pauses } from '../sync/load/read-pauses.ts';
import { bitrix24Address } from './address.ts';
import { pausedAnswer } from './answers/pauses.ts';
import { findMapping } from './mapping-list.ts';
import { type PauseTarget, pause, resume } from './pauses.ts';

const together = {
  ru: 'local_type и local_id называют вместе и без kind',
  en: 'local_type and local_id are named together and without kind',
};

/** An empty body is the whole company. */
const targetBody = z
  .strictObject({
    kind: z.enum(entities).optional(),
    local_type: z.enum(entities).optional(),
    local_id: z.number().int().min(1).max(2_147_483_647).optional(),
  })
  .refine(isTarget, { path: ['local_id'], params: { text: together } })
  .default({});

type TargetBody = z.output<typeof targetBody>;

function isTarget({ kind, local_type: type, local_id: id }: { kind?: string; local_type?: string; local_id?: number }) {
  return (type === undefined) === (id === undefined) && (kind === undefined || type === undefined);
}

function targetOf({ kind, local_type: type, local_id: id }: TargetBody): PauseTarget {
  return { entity: kind ?? type ?? null, localId: id ?? null };
}

/** Makes the routes that let a company, a kind or a record pair rest, and go on. */
export function makePauseRoutes({ db }: { db: Database }): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/pause`,
      summary: 'Write nothing on either side of everything, a kind, or one record until it goes on; changes are noted',
      tag: 'Pauses',
      answers: { 200: pausedAnswer },
      failures: [404],
      role: 'admin',
      body: targetBody,
      async handle({ caller, body }) {
        return pausedNow(await pause(db, caller.tenantId, targetOf(body), caller.subject));
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/resume`,
      summary: 'Let what was paused go on; what changed meanwhile on either side is synchronised',
      tag: 'Pauses',
      answers: { 200: pausedAnswer },
      failures: [404],
      role: 'admin',
      body: targetBody,
      async handle({ caller, body }) {
        return goesOn(await resume(db, caller.tenantId, targetOf(body)));
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/mappings/:id/pause`,
      summary: 'Write nothing on either side of one record pair until it goes on; changes are noted',
      tag: 'Pauses',
      answers: { 200: pausedAnswer },
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        const target = await pairOf(db, caller.tenantId, params.id);
        return pausedNow(await pause(db, caller.tenantId, target, caller.subject));
      },
    }),

    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/mappings/:id/resume`,
      summary: 'Let a record pair that was paused go on',
      tag: 'Pauses',
      answers: { 200: pausedAnswer },
      role: 'admin',
      params: idParams,
      async handle({ caller, params }) {
        return goesOn(await resume(db, caller.tenantId, await pairOf(db, caller.tenantId, params.id)));
      },
    }),
  ];
}

async function pairOf(db: Database, tenantId: number, id: number): Promise<PauseTarget> {
  const mapping = await findMapping(db, tenantId, id);
  if (!mapping) throw notFound();
  return { entity: mapping.local_type, localId: mapping.local_id };
}

const pauseBegun: Text = { ru: 'Синхронизация приостановлена', en: 'The synchronisation is paused' };
const pauseEnded: Text = { ru: 'Синхронизация продолжается', en: 'The synchronisation goes on' };

function pausedNow(paused: Pauses) {
  return { data: { paused }, message: pauseBegun };
}

function goesOn(paused: Pauses) {
  return { data: { paused }, message: pauseEnded };
}
