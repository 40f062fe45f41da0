import type { WriteOperation } from '../../bitrix24/client.ts';
import type { Bitrix24Error } from '../../bitrix24/errors.ts';
import { methodOf } from '../../bitrix24/methods.ts';
import type { Entity } from '../../lib/records.ts';
import type { SyncDeps } from '../deps.ts';
import { backoffMs } from './backoff.ts';
import { adoptErrors, isDeniedThroughout } from './denied-records.ts';
import { explainDenied } from './denied-rights.ts';
import { closeFault, type Fault, listOpenFaults, openFault } from './fault-store.ts';
import { type FaultKey, faultName } from './scope.ts';

/** What stands in the way of some work: the name of the fault that it waits for, and until when. */
export interface Closed {
  name: string;
  until: Date;
}

export type FaultGate = Awaited<ReturnType<typeof openFaultGate>>;

/**
 * What a tenant's open faults cover while its worker has its turn. What is covered waits until the fault's next try; then one probe
 * decides: it ends the fault or puts it off. Waits for the portal's limits stand beside the faults and are no faults.
 */
export async function openFaultGate(deps: SyncDeps, tenantId: number) {
  const faults = new Map<string, Fault>();
  const waits = new Map<string, Date>();
  for (const fault of await listOpenFaults(deps.db, tenantId)) faults.set(faultName(fault), fault);

  /** The first of these names that is closed now. */
  function closedBy(names: readonly string[]): Closed | null {
    const now = deps.clock.now();
    for (const name of names) {
      const until = faults.get(name)?.nextTryAt ?? waits.get(name);
      if (until && until > now) return { name, until };
    }
    return null;
  }

  return {
    /** Whether records of this kind may be read now. */
    closedForKind: (entity: Entity): Closed | null => closedBy([`kind:${entity}`]),

    /** Whether this operation may be sent now. */
    closedForWrite: (operation: WriteOperation, entity: Entity): Closed | null => closedBy(namesOf(operation, entity)),

    /** Whether a step that needs this method may be done now. */
    closedForMethod: (method: string): Closed | null => closedBy([`method:${method}`]),

    /** Whether the next try is a probe: a fault covers the operation, and its time has come. */
    needsProbe: (operation: WriteOperation, entity: Entity): boolean =>
      namesOf(operation, entity).some((name) => faults.has(name)),

    /** Our own pace lets no request out now: nothing is wrong, what was to be sent waits for its turn. */
    waitForPace(error: Bitrix24Error): Closed {
      return { name: 'pace', until: new Date(deps.clock.now().getTime() + (error.retryAfterMs ?? 1000)) };
    },

    /** Something failed: what it covers waits. `retryAfterMs`: the wait that the portal or our own pace names. */
    async close(key: FaultKey, error: Bitrix24Error): Promise<Closed> {
      const name = faultName(key);
      const now = deps.clock.now().getTime();
      if (error.code === 'method_limit_reached') {
        const until = new Date(now + (error.retryAfterMs ?? 1000));
        waits.set(name, until);
        return { name, until };
      }
      const attempts = (faults.get(name)?.attempts ?? 0) + 1;
      const wait = error.retryAfterMs ?? backoffMs(attempts, deps.timings.backoffMs, deps.random());
      const until = new Date(now + wait);
      const explained = explainDenied(key, error);
      const fault = await openFault(deps.db, tenantId, { key, error: explained, nextTryAt: until });
      faults.set(name, fault);
      await adoptErrors(deps.db, tenantId, fault);
      deps.log.error(
        {
          tenant_id: tenantId,
          operation: 'fault',
          result: 'error',
          scope: key.scope,
          subject: key.subject,
          code: error.code,
        },
        `Часть синхронизации ждёт (${name}): ${explained.text.ru}`,
      );
      return { name, until };
    },

    /** The operation works: a fault that covered it ends, and what waited for it goes on. */
    async confirmWrite(operation: WriteOperation, entity: Entity): Promise<void> {
      await this.confirm(...namesOf(operation, entity));
    },

    /**
     * Records were refused one by one: three of a kind that were denied the same operation, and none that was let through since, prove
     * that the right to it is gone.
     */
    async judgeRefusals(operation: WriteOperation, entity: Entity, errors: readonly Bitrix24Error[]): Promise<void> {
      const denied = errors.find(({ code }) => code.toLowerCase() === 'access_denied');
      if (!denied || !(await isDeniedThroughout(deps.db, tenantId, { entity, operation, code: denied.code }))) return;
      const method = methodOf[operation];
      await this.close({ scope: 'kind', subject: `${entity}:${method.split('.').at(-1)}` }, denied);
    },

    async confirm(...names: string[]): Promise<void> {
      for (const name of names) {
        const fault = faults.get(name);
        if (!fault) continue;
        faults.delete(name);
        await closeFault(deps.db, tenantId, fault);
        deps.log.info(
          { tenant_id: tenantId, operation: 'fault', result: 'ok', scope: fault.scope, subject: fault.subject },
          `Синхронизация снова идёт (${name})`,
        );
      }
    },
  };
}

function namesOf(operation: WriteOperation, entity: Entity): string[] {
  const method = methodOf[operation];
  return [`kind:${entity}:${method.split('.').at(-1)}`, `method:${method}`];
}
