import type { SimulatedPortal } from '../portal/portal.ts';

/** A deal that a manager closed. */
export interface Closed {
  portal: SimulatedPortal;
  id: number;
  stage: string;
  /** CLOSEDATE as the portal set it then. */
  day: unknown;
}

/** Deals whose outcome is another now, or the day of it: history that only people may change. */
export function findReopened(closed: ReadonlyMap<string, Closed>): string[] {
  return [...closed.values()].flatMap(({ portal, id, stage, day }) => {
    // It was deleted since.
    if (!portal.store.get('deal', id)) return [];
    const { STAGE_ID, CLOSEDATE } = portal.records('deal').get(id);
    const isSame = STAGE_ID === stage && CLOSEDATE === day;
    return isSame ? [] : [`deal ${id} was closed as ${stage} on ${day}, and is ${STAGE_ID} with ${CLOSEDATE}`];
  });
}
