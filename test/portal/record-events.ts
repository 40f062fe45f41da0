import type { PortalSwitches } from './switches.ts';
import type { PortalEvent, RecordChange } from './types.ts';

/** What subscribers are told of a change (api-reference/crm/deals/events/index.md and siblings, 2026-08). */
export function eventsOf({ kind, change, id, userId, movedTo }: RecordChange, switches: PortalSwitches): PortalEvent[] {
  const told = { event: `ONCRM${kind.toUpperCase()}${change}`, data: { FIELDS: { ID: String(id) } }, userId };
  if (!movedTo) return [told];
  const { categoryId, stageId } = movedTo;
  const data = { FIELDS: { ID: String(id), CATEGORY_ID: String(categoryId), STAGE_ID: stageId } };
  const moved = { event: 'ONCRMDEALMOVETOCATEGORY', data, userId };
  return switches.funnelMoveEvents === 'both' ? [told, moved] : [moved];
}
