import type { Bitrix24Client } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';

export type NotePlan = ReturnType<typeof makeNotePlan>;

/**
 * Makes the look at what a portal's plan allows: Enterprise takes five requests a second and 250 at once, others two and 50 (limits.md,
 * 2026-08). A portal that does not say counts as the others. Repeat-safe.
 */
export function makeNotePlan(limits: { notePlan(portal: string, licenseFamily: string | null): Promise<void> }) {
  return async (client: Bitrix24Client): Promise<void> => {
    try {
      await limits.notePlan(client.portal, await client.licenseFamily({ urgency: 'interactive' }));
    } catch (error) {
      // Nothing depends on it but the pace.
      if (!(error instanceof Bitrix24Error)) throw error;
    }
  };
}
