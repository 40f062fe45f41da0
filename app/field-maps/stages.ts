/** The funnel of a stage by its id: `C5:NEW` is in funnel 5, `NEW` in the common one (crm.status.list, 2026-08). */
export function funnelOf(stage: string): number {
  return Number(/^C(\d+):/.exec(stage)?.[1] ?? 0);
}

/** Whether a stage may be a deal's that stands in this funnel; null: it stands in none yet. */
export function inFunnel(stage: string, funnel: number | null): boolean {
  return funnel === null || funnelOf(stage) === funnel;
}

/** The stage with which every funnel begins until somebody renames it (`START_FIELD` of crm.status.entity.types, 2026-08-18). */
export function firstStage(funnel: number): string {
  return funnel === 0 ? 'NEW' : `C${funnel}:NEW`;
}
