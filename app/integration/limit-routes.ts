import type { LimitUsage } from '../bitrix24/limits/usage.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { bitrix24Address } from './address.ts';
import { limitsAnswer } from './answers/limits.ts';

export interface LimitRouteDeps {
  /** `host[:port]` of the tenant's portal, or null when it has none. */
  portalOf(tenantId: number): Promise<string | null>;
  usageOf(portal: string): Promise<LimitUsage>;
}

/** Makes the route that tells how much of the portal's limits is in use. */
export function makeLimitRoutes({ portalOf, usageOf }: LimitRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${bitrix24Address}/limits`,
      summary: "How much of the portal's request and execution-time limits is in use now",
      tag: 'Monitoring',
      answers: { 200: limitsAnswer },
      async handle({ caller }) {
        const portal = await portalOf(caller.tenantId);
        return { data: portal === null ? { portal: null } : { portal, ...(await usageOf(portal)) } };
      },
    }),
  ];
}
