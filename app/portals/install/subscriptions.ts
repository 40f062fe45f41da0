import type { Application } from '../../bitrix24/app-api.ts';
import type { Bitrix24Client } from '../../bitrix24/client.ts';
import { grantRights } from '../../bitrix24/error-rows.ts';
import { Bitrix24Error, followedBy } from '../../bitrix24/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, type Text } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { entities } from '../../lib/records.ts';
import { type Addresses, callbackUrlsOf } from './callback-urls.ts';
import type { Installation, InstallationStep, Installations } from './installations.ts';
import { type Binding, lifeCycleEvents, planSubscriptions, recordEvents, tabs } from './plan-subscriptions.ts';

export interface BindDeps {
  installations: Installations;
  applicationFor(installation: Installation): Promise<Application>;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  publicUrl: string | undefined;
  clock: Clock;
}

/**
 * Makes the job that brings a portal's subscriptions in order: events, the offline queue, tabs, and a look at the CRM's fields. What is
 * bound already stays, what points to a former address is released. Each step notes how it ended, so that a person sees it. Repeat-safe;
 * throws what another try, or the end of the connection, may mend; the rest is noted and waits for a person.
 */
export function makeSubscribe(deps: BindDeps) {
  const { installations, clock } = deps;

  return async (tenantId: number, { log }: { log: Log }): Promise<void> => {
    const installation = await installations.findByTenant(tenantId);
    if (installation?.state !== 'active') return;
    const failures: unknown[] = [];
    const step = async (name: InstallationStep, action: () => Promise<void>) => {
      const failure = await attempt(action);
      const at = clock.now().toISOString();
      const noted =
        failure === null ? ({ state: 'done', at } as const) : ({ state: 'failed', at, error: failure.shown } as const);
      await installations.noteStep(installation.id, name, noted);
      if (failure) failures.push(failure.error);
    };
    let offline: Installation['offline'] = 'none';
    await step('events', async () => {
      const application = await deps.applicationFor(installation);
      await bindEvents(application, callbackUrlsOf(deps.publicUrl));
      offline = await bindOffline(application);
    });
    await step('placements', async () => {
      await bindTabs(await deps.applicationFor(installation), callbackUrlsOf(deps.publicUrl));
    });
    await step('fields', async () => {
      const client = await deps.clientFor(tenantId);
      for (const entity of entities) await client.fields(entity, { urgency: 'interactive' });
    });
    const [first] = failures;
    if (first !== undefined) {
      log.warn({ tenant_id: tenantId, operation: 'bind', result: 'error', err: first }, 'Подписки портала неполны');
      if (first instanceof Bitrix24Error && (first.retryable || first.kind === 'auth')) throw first;
      return;
    }
    await installations.noteBound(installation.id, offline);
    log.info({ tenant_id: tenantId, operation: 'bind', result: 'ok', offline }, 'События и вкладки портала подключены');
  };
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
  const wanted = [...recordEvents, ...lifeCycleEvents].map((name) => ({ name, handler: events }));
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
    return (await application.hasFeature('rest_offline_extended')) ? 'extended' : 'plain';
  } catch (error) {
    // The plan or the token's user may not allow it; sweeps find what is missed.
    if (error instanceof Bitrix24Error && !error.retryable) return 'none';
    throw error;
  }
}

const titles = { ru: 'Axenta', en: 'Axenta' };

async function bindTabs(application: Application, { tab }: Addresses): Promise<void> {
  const wanted = tabs.map((name) => ({ name, handler: tab(name) }));
  const present = (await application.placements()).map(({ placement, handler }) => ({ name: placement, handler }));
  const { bind, unbind } = planSubscriptions(present, wanted);
  await throwFirst(application.bindPlacements(bind, titles));
  await throwFirst(application.unbindPlacements(unbind));
}

async function attempt(action: () => Promise<void>) {
  try {
    await action();
    return null;
  } catch (error) {
    const shown =
      error instanceof AppError
        ? { code: error.code, text: explain(error) }
        : { code: 'internal_error', text: { ru: 'Внутренняя ошибка', en: 'Internal error' } };
    return { error, shown };
  }
}

/** A refusal's usual advice speaks of a record's data, and there is no record here. */
function explain(error: AppError): Text {
  const isRefusal = error instanceof Bitrix24Error && error.kind === 'validation';
  return isRefusal ? followedBy(error.reason, grantRights) : error.text;
}
