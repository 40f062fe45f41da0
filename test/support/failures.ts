import { eventually } from './eventually.ts';
import type { Tenant, World } from './world.ts';

/** What is open of failures, as its administrator sees it. */
export function failuresOf(world: World, tenant: Tenant) {
  const call = (method: string, path: string, body?: unknown) => world.call(tenant.token, method, path, body);
  return {
    call,
    health: async () => (await call('GET', '/api/integration/bitrix24/health')).body.data,
    errors: async () => (await call('GET', '/api/integration/errors?limit=100')).body.data.items,
    /** Errors that are not resolved. */
    openErrors: () =>
      world.sql(
        `select local_type, local_id, external_id, code, message, status, request, operation from integration_errors
          where tenant_id = $1 and status <> 'resolved' order by local_type, local_id`,
        [tenant.id],
      ),
    openFaults: () =>
      world.sql('select scope, subject, code, message from sync_faults where tenant_id = $1 and ended_at is null', [
        tenant.id,
      ]),
    /** Waits until this fault is open. */
    async faultOpened(scope: string, subject: string): Promise<void> {
      await eventually(async () => {
        const faults = await this.openFaults();
        if (!faults.some((fault) => fault.scope === scope && fault.subject === subject))
          throw new Error(`Open are ${JSON.stringify(faults)}`);
      });
    },
  };
}
