import type { Application } from '../../bitrix24/app-api.ts';
import type { Bitrix24Client } from '../../bitrix24/client.ts';
import { installerNotAdmin } from '../../bitrix24/error-table.ts';
import { Bitrix24Error, followedBy } from '../../bitrix24/errors.ts';
import { grantRights } from '../../bitrix24/installation-error-rows.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, type Text } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { entities } from '../../lib/records.ts';
import { scopeOf } from '../../sync/faults/scope.ts';
import type { NotePlan } from '../connection/note-plan.ts';
import { type Addresses, callbackUrlsOf } from './callback-urls.ts';
import type { WorkerStep } from './installation-steps.ts';
import type { Installation, Installations } from './installations.ts';
import {
  type Binding,
  fieldEvents,
  lifeCycleEvents,
  movedDealEvent,
  planSubscriptions,
  recordEvents,
  tabs,
  taskEvents,
} from './plan-subscriptions.ts';

export interface BindDeps {
  installations: Installations;
  applicationFor(installation: Installation): Promise<Application>;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  /** The portal lets us in again: the connection is active from now on. */
  resume(tenantId: number): Promise<void>;
  notePlan: NotePlan;
  publicUrl: string | undefined;
  clock: Clock;
}

/**
 * Makes the job that brings a portal's subscriptions in order: events, the offline queue, tabs, and a look at the CRM's fields. Each step
 * stands alone and notes how it ended, so that a missing right costs its own step. What is bound already stays, what points to a former
 * address is released. A suspended installation whose steps show that the portal lets us in again is resumed. Repeat-safe; throws what
 * another try, or the end of the connection, may mend; the rest is noted and waits for a person.
 */
export function makeSubscribe(deps: BindDeps) {
  const { installations, clock } = deps;

  return async (tenantId: number, { log }: { log: Log }): Promise<void> => {
    const installation = await installations.findByTenant(tenantId);
    if (!installation) return;
    const failures = new Map<WorkerStep, unknown>();
    const step = async (name: WorkerStep, action: () => Promise<void>) => {
      const failure = await attempt(name, action);
      const at = clock.now().toISOString();
      const noted =
        failure === null ? ({ state: 'done', at } as const) : ({ state: 'failed', at, error: failure.shown } as const);
      await installations.noteStep(installation.id, name, noted);
      if (failure) failures.set(name, failure.error);
    };
    const application = () => deps.applicationFor(installation);
    const addresses = () => callbackUrlsOf(deps.publicUrl);
    await step('events', async () => bindEvents(await application(), addresses()));
    await step('offline', async () =>
      installations.noteOffline(installation.id, await bindOffline(await application())),
    );
    await step('placements', async () => bindTabs(await application(), addresses()));
    await step('fields', async () => {
      const client = await deps.clientFor(tenantId);
      if (!(await (await application()).profile()).isAdmin) throw installerNotAdmin();
      // What was read an hour ago says nothing of what may be read now.
      client.clearCache();
      for (const entity of entities) {
        await client.fields(entity, { urgency: 'interactive' });
        await client.proveMultifields(entity, { urgency: 'interactive' });
      }
      await deps.notePlan(client, tenantId);
    });
    if (!failures.has('events')) await installations.noteBound(installation.id);
    for (const [name, err] of failures) {
      const line = { tenant_id: tenantId, operation: 'bind', step: name, result: 'error', err };
      log.warn(line, 'Подписки портала неполны');
    }
    throwLargest(failures);
    if (installation.state === 'suspended') await deps.resume(tenantId);
    if (failures.size > 0) return;
    log.info({ tenant_id: tenantId, operation: 'bind', result: 'ok' }, 'События и вкладки портала подключены');
  };
}

/** Throws the failure that concerns more than its own step: the end of the connection first, then what another try may mend. */
function throwLargest(failures: ReadonlyMap<WorkerStep, unknown>): void {
  for (const [name, error] of failures) if (endsConnection(name, error)) throw error;
  for (const error of failures.values()) if (error instanceof Bitrix24Error && error.retryable) throw error;
}

/** Only a plain method of the CRM tells by a missing right, or by the plan, that nothing works any more. */
function endsConnection(name: WorkerStep, error: unknown): boolean {
  if (name !== 'fields' && isScopeRefusal(error)) return false;
  const place = name === 'fields' ? { step: name, name: 'crm.item.fields' } : { step: 'search' as const, name };
  return scopeOf(error, { ...place, entity: null }).scope === 'connection' && isAuth(error);
}

function isAuth(error: unknown): boolean {
  return error instanceof Bitrix24Error && error.kind === 'auth';
}

function isScopeRefusal(error: unknown): boolean {
  return error instanceof Bitrix24Error && error.code.toLowerCase() === 'insufficient_scope';
}

/** Releases everything that the application has bound in the portal. Throws `Bitrix24Error`. */
export async function releaseBindings(application: Application): Promise<void> {
  await throwFirst(application.unbindEvents(await presentEvents(application)));
  const placements = await application.placements();
  await throwFirst(
    application.unbindPlacements(placements.map(({ placement, handler }) => ({ name: placement, handler }))),
  );
}

async function bindEvents(application: Application, { events, install }: Addresses): Promise<void> {
  const wanted = [...recordEvents, movedDealEvent, ...fieldEvents, ...taskEvents, ...lifeCycleEvents].map((name) => ({
    name,
    handler: events,
  }));
  const { bind, unbind } = planSubscriptions(await presentEvents(application), wanted, [install]);
  const [failure] = await application.bindEvents(bind);
  if (failure) {
    // Another process may have bound them a moment ago: what counts is that they are bound.
    const present = await presentEvents(application);
    const missing = recordEvents.filter((name) => !present.some((one) => one.name === name && one.handler === events));
    if (missing.length > 0) throw failure;
  }
  await throwFirst(application.unbindEvents(unbind));
}

async function throwFirst(failures: Promise<readonly Bitrix24Error[]>): Promise<void> {
  const [first] = await failures;
  if (first) throw first;
}

async function presentEvents(application: Application): Promise<Binding[]> {
  const rows = await application.events();
  return rows.flatMap(({ event, handler }) => (handler === null ? [] : [{ name: event, handler }]));
}

/** Which queue the portal keeps for us while we are down: with reservations, without, or none (offline-events.md, 2026-09). */
async function bindOffline(application: Application): Promise<Installation['offline']> {
  const bound = (await application.events()).filter((row) => row.offline).map((row) => row.event);
  try {
    await throwFirst(application.bindOffline(recordEvents.filter((event) => !bound.includes(event))));
    if (!bound.includes(movedDealEvent)) await bindMovedDeal(application);
    return (await application.hasFeature('rest_offline_extended')) ? 'extended' : 'plain';
  } catch (error) {
    // The plan or the token's user may not allow it; sweeps find what is missed.
    if (error instanceof Bitrix24Error && !error.retryable) return 'none';
    throw error;
  }
}

/** Some portals have no offline queue for it; then the sweep finds the move. */
async function bindMovedDeal(application: Application): Promise<void> {
  const [failure] = await application.bindOffline([movedDealEvent]);
  if (failure?.retryable) throw failure;
}

const titles = { ru: 'Axenta', en: 'Axenta' };

async function bindTabs(application: Application, { tab }: Addresses): Promise<void> {
  const wanted = tabs.map((name) => ({ name, handler: tab(name) }));
  const present = (await application.placements()).map(({ placement, handler }) => ({ name: placement, handler }));
  const { bind, unbind } = planSubscriptions(present, wanted);
  await throwFirst(application.bindPlacements(bind, titles));
  await throwFirst(application.unbindPlacements(unbind));
}

async function attempt(name: WorkerStep, action: () => Promise<void>) {
  try {
    await action();
    return null;
  } catch (error) {
    const shown =
      error instanceof AppError
        ? { code: error.code, text: explain(name, error) }
        : { code: 'internal_error', text: { ru: 'Внутренняя ошибка', en: 'Internal error' } };
    return { error, shown };
  }
}

/** The application's permission that each step needs (placement-bind.md and event-bind.md, 2026-09). */
const permissions: Record<WorkerStep, string> = {
  events: 'crm',
  offline: 'crm',
  placements: 'placement',
  fields: 'crm',
};

/** A missing permission is named; a refusal's usual advice speaks of a record's data, and there is no record here. */
function explain(name: WorkerStep, error: AppError): Text {
  if (isScopeRefusal(error)) return permissionMissing(permissions[name]);
  const isRefusal = error instanceof Bitrix24Error && error.kind === 'validation';
  return isRefusal ? followedBy(error.reason, grantRights) : error.text;
}

function permissionMissing(permission: string): Text {
  return {
    ru: `Не хватает права ${permission}: карточка приложения → Права → Сохранить → Переустановить`,
    en: `The permission ${permission} is missing: the application's card → Permissions → Save → Reinstall`,
  };
}
