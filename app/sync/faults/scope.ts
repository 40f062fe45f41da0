import { isPlanRefusal } from '../../bitrix24/error-table.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { isDatabaseAway } from '../../lib/database-away.ts';
import type { Entity } from '../../lib/records.ts';

/** Scopes of failures above the record: each open one is a row of `sync_faults`. */
export type FaultScope = 'kind' | 'method' | 'search' | 'connection';

/** What a fault is about. Subjects: a kind (`object`) or one operation on it (`object:update`), a method, a search, or empty. */
export interface FaultKey {
  scope: FaultScope;
  subject: string;
}

/** The smallest thing that a failure proves to be wrong. */
export type Scope = FaultKey | { scope: 'record' } | { scope: 'process' };

/** What the engine was doing when it failed. */
export interface Place {
  /**
   * `fields`: the field list of a kind. `list`: records of a kind, many at once. `verify`: one record by its id. `write`: one command of
   * a batch of writes. `step`: a method that one step of the work needs (look for doubles, stages, origin). `search`: a background search.
   */
  step: 'fields' | 'list' | 'verify' | 'write' | 'step' | 'search';
  entity: Entity | null;
  /** The method that was called; for `search` the name of the search. */
  name: string;
  /** For `write`: every command of a batch of several was refused with the same code. */
  common?: boolean;
  /** For failures of the network: whether the portal answered a plain question at once. */
  portalAnswers?: boolean;
}

/**
 * Decides how far a failure reaches. Pure: by the error's kind and code and by where it happened, never by its text. A failure of ours
 * that is no answer of the portal (a value that PostgreSQL refuses) is the record's.
 */
export function scopeOf(error: unknown, place: Place): Scope {
  if (isDatabaseAway(error)) return { scope: 'process' };
  const search: Scope | null = place.step === 'search' ? { scope: 'search', subject: place.name } : null;
  if (!(error instanceof Bitrix24Error)) return search ?? { scope: 'record' };
  const method: Scope = { scope: 'method', subject: place.name };
  // The whole kind has no e-mails and phones there.
  if (error.code === 'portal_too_old')
    return place.step === 'write' ? partOf({ ...place, common: true }) : kindOf(place);
  if (closesMethod(error, place)) return search ?? method;
  if (error.kind === 'auth') return connectionFault;
  if (search) return search;
  if (error.kind === 'network') return place.portalAnswers ? partOf(place) : connectionFault;
  if (error.kind === 'limit') return methodLimits.has(error.code.toLowerCase()) ? method : connectionFault;
  if (error.code.toLowerCase() === 'access_denied') return partOf(place);
  return place.step === 'fields' || place.step === 'list' ? kindOf(place) : { scope: 'record' };
}

/** The fault of a portal that refuses us, or cannot be reached. */
export const connectionFault: FaultKey = { scope: 'connection', subject: '' };

/** What a refusal of rights, or a portal that fails at one thing only, is about. */
function partOf(place: Place): Scope {
  switch (place.step) {
    case 'fields':
    case 'list':
      return kindOf(place);
    case 'step':
      return { scope: 'method', subject: place.name };
    case 'write':
      return place.common && place.entity
        ? { scope: 'kind', subject: `${place.entity}:${operationOf(place.name)}` }
        : { scope: 'record' };
    default:
      return { scope: 'record' };
  }
}

function kindOf({ entity, name }: Place): FaultKey {
  return entity ? { scope: 'kind', subject: entity } : { scope: 'method', subject: name };
}

function operationOf(method: string): string {
  return method.split('.').at(-1) ?? method;
}

/** The portal's own refusal, and our own waiting for the same limit. */
const methodLimits = new Set(['operation_time_limit', 'method_limit_reached']);

/** Codes that close a method and say nothing of the others. */
const methodCodes = new Set([
  'error_method_not_found',
  'wrong_auth_type',
  'method_confirm_waiting',
  'method_confirm_denied',
]);

/**
 * Whether a refusal speaks of what was asked for alone. A missing permission does, unless it is the CRM's; so does a plan that lacks a
 * feature, where a side matter was asked for: only a plain method of the CRM tells that REST itself is closed. `PAYMENT_REQUIRED` is the
 * whole subscription's (system-errors.md, 2026-08).
 */
function closesMethod(error: Bitrix24Error, { step, name }: Place): boolean {
  const code = error.code.toLowerCase();
  if (methodCodes.has(code)) return true;
  if (code === 'insufficient_scope') return !name.startsWith('crm.');
  return isPlanRefusal(error) && code !== 'payment_required' && (step === 'search' || step === 'step');
}

/** A key as it stands in `sync_queue.waits_for`. */
export function faultName({ scope, subject }: FaultKey): string {
  return `${scope}:${subject}`;
}
