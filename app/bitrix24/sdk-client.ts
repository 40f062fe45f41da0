import type https from 'node:https';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Entity, pairKinds } from '../lib/records.ts';
import { makeRememberBriefly } from '../lib/remember-briefly.ts';
import type { PortalAccess } from './access.ts';
import { type Call, callMethod } from './call-method.ts';
import { makeChoices } from './choices.ts';
import type { Bitrix24Client, CallOptions, Notice, RemoteRecord, WriteOperation } from './client.ts';
import { makeDuplicateSearch } from './duplicates.ts';
import { Bitrix24Error } from './errors.ts';
import { makeFieldMetadata, type SchemaNotes } from './field-metadata.ts';
import { findUsers } from './find-users.ts';
import type { Limits } from './limits/limits.ts';
import { methodOf } from './methods.ts';
import { makeMultifieldProof } from './multifield-proof.ts';
import { makeReading } from './reading.ts';
import type { NoteRequest } from './request-note.ts';
import { makeTransport } from './sdk.ts';
import { makeTaskApi } from './task-api.ts';
import { makeUserFields } from './user-fields.ts';
import { makeWriting } from './writing.ts';

export interface SdkClientDeps {
  agent: https.Agent;
  limits: Limits;
  clock: Clock;
  log: Log;
  /** Told the portal's distance from UTC in minutes. */
  noteOffset?: ((minutes: number) => void) | undefined;
  noteRequest?: NoteRequest | undefined;
  /** Told the portal's fields and lists whenever they were read. */
  notes?: SchemaNotes | undefined;
}

/** Commands of one record on the wire: an update looks at the record first, a company's may take a third (clear-company-fields.ts). */
const commandsOf = (operation: WriteOperation, entity: Entity) =>
  operation !== 'update' ? 1 : pairKinds[entity].bitrix24Type === 'company' ? 3 : 2;

/** Rows of `crm.item.batchImport` in one step: twenty a command. */
const importRows = 100;

/** What people look at, for seconds. */
const glances = { forMs: 3000, most: 500, failures: 'kept' } as const;

/** Makes the client of one portal. */
export function makeBitrix24Client(access: PortalAccess, deps: SdkClientDeps): Bitrix24Client {
  const { host } = access;
  const { limits, clock } = deps;
  const transport = makeTransport({ access, ...deps });
  const call: Call = (method, params, options) => callMethod({ transport, limits }, method, params, options);
  const catalogue = makeFieldMetadata(call, clock, deps.notes);
  const proof = makeMultifieldProof({ transport, limits, call });
  const reading = makeReading({ transport, limits, catalogue, call });
  const glanced = makeRememberBriefly<RemoteRecord | null>({ clock, ...glances });
  const choices = makeChoices({ transport, limits, call, catalogue, clock, notes: deps.notes });
  const writing = makeWriting({ transport, limits, catalogue, proof });
  return {
    portal: host,
    ...reading,
    ...makeDuplicateSearch({ transport, limits, catalogue }),
    ...writing,
    tasks: makeTaskApi({ transport, limits }),

    glance: (entity: Entity, id: number, since: Date) =>
      glanced(`${entity} ${id}`, () => reading.find(entity, id, { urgency: 'interactive' }), since),

    async profile(options?: CallOptions) {
      const { result } = await call('profile', {}, options);
      const { ID, ADMIN, NAME, LAST_NAME } = (result ?? {}) as Record<string, unknown>;
      return { id: Number(ID), isAdmin: ADMIN === true, name: [NAME, LAST_NAME].filter(Boolean).join(' ') };
    },

    async scope(options?: CallOptions) {
      const { result } = await call('scope', {}, options);
      return Array.isArray(result) ? result.map(String) : [];
    },

    async fields(entity: Entity, options?: CallOptions) {
      return (await catalogue.fields(entity, options)).byUpperName;
    },

    async proveMultifields(entity: Entity, options: CallOptions = {}) {
      await proof.prove(await catalogue.fields(entity, options), options);
    },

    async plan(options?: CallOptions) {
      try {
        const { result } = await call('app.info', {}, options);
        const info = (result ?? {}) as Record<string, unknown>;
        return { family: familyOf(info), daysLeft: daysOf(info) };
      } catch (error) {
        // Some portals tell it to applications only.
        if (error instanceof Bitrix24Error && error.kind === 'validation') return { family: null, daysLeft: null };
        throw error;
      }
    },

    users: (ids: readonly number[], options?: CallOptions) => findUsers(call, ids, options),
    async notify({ userId, text, tag }: Notice, options?: CallOptions) {
      // Tags of a webhook need the id of an application beside them.
      const TAG = access.kind === 'installation' ? { TAG: tag } : {};
      const params = { USER_ID: userId, MESSAGE: text, MESSAGE_OUT: text, ...TAG };
      const { result } = await callMethod({ transport, limits }, 'im.notify.system.add', params, {
        ...options,
        writes: true,
      });
      return typeof result === 'number' || typeof result === 'string' || result === true;
    },

    stages: catalogue.stages,
    lists: catalogue.lists,
    choices: choices.read,
    addUserField: makeUserFields({ transport, limits }),
    refreshFields: catalogue.refreshFields,
    clearCache() {
      catalogue.clear();
      glanced.clear();
      choices.clear();
    },

    async stepSize(operation: WriteOperation, entity: Entity) {
      const { size, cost } = await limits.stepSize(host, methodOf[operation]);
      if (operation === 'import') return { size: importRows, cost };
      return { size: Math.min(size, Math.floor(50 / commandsOf(operation, entity))), cost };
    },
  };
}

const longestFamily = 50;

function daysOf({ DAYS }: Record<string, unknown>): number | null {
  const days = DAYS === null || DAYS === undefined || DAYS === '' ? Number.NaN : Number(DAYS);
  return Number.isInteger(days) && Math.abs(days) < longestLicenceDays ? days : null;
}

/** A hundred years; more is no number of days. */
const longestLicenceDays = 36_525;

/** `ent` of `"LICENSE":"de_ent10000"`, which stands beside LICENSE_FAMILY on portals that have both (app.info, 2026-09). */
function familyOf({ LICENSE_FAMILY, LICENSE }: Record<string, unknown>): string | null {
  const family = String(LICENSE_FAMILY ?? '') || String(LICENSE ?? '').replace(/^[a-z]+_/, '');
  return family.slice(0, longestFamily).replace(/\d+$/, '') || null;
}
