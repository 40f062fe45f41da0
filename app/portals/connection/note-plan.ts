import type { Bitrix24Client } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { Clock } from '../../lib/clock.ts';

export interface NotePlanDeps {
  limits: { notePlan(portal: string, licenseFamily: string | null): Promise<void> };
  /** Remembers when the licence of the application ends; null: it has no end, or the portal does not say. */
  notePlanEnd(tenantId: number, at: Date | null): Promise<void>;
  clock: Clock;
}

export type NotePlan = ReturnType<typeof makeNotePlan>;

const dayMs = 86_400_000;

/**
 * Makes the look at what a portal's plan allows: Enterprise takes five requests a second and 250 at once, others two and 50 (limits.md,
 * 2026-08). A portal that does not say counts as the others. When the application's licence ends is remembered too. Repeat-safe.
 */
export function makeNotePlan({ limits, notePlanEnd, clock }: NotePlanDeps) {
  return async (client: Bitrix24Client, tenantId: number): Promise<void> => {
    try {
      const { family, daysLeft } = await client.plan({ urgency: 'interactive' });
      await limits.notePlan(client.portal, family);
      const endsAt = daysLeft === null ? null : new Date(clock.now().getTime() + daysLeft * dayMs);
      await notePlanEnd(tenantId, endsAt);
    } catch (error) {
      // Nothing depends on it but the pace, and a warning.
      if (!(error instanceof Bitrix24Error)) throw error;
    }
  };
}
