import type { PortalSwitches } from './switches.ts';
import type { RecordKind } from './types.ts';

type Fields = Record<string, unknown>;

/** Whether a field of a record keeps its value when it is sent empty. */
export function dateSticks(kind: RecordKind, name: string, { dealDatesStick }: PortalSwitches): boolean {
  return kind === 'deal' && dealDatesStick && (name === 'BEGINDATE' || name === 'CLOSEDATE');
}

/** The date that a deal gets by itself when a write takes it into a final stage: the portal's present day. */
export function closingDate(
  before: Fields,
  after: Fields,
  { switches, now }: { switches: PortalSwitches; now(): number },
): Fields {
  const isReached = before.STAGE_SEMANTIC_ID === 'P' && after.STAGE_SEMANTIC_ID !== 'P';
  const { closeDateOnFinish } = switches;
  if (!isReached || closeDateOnFinish === 'never') return {};
  if (closeDateOnFinish === 'unlessSent' && after.CLOSEDATE !== undefined) return {};
  return { CLOSEDATE: new Date(now() + switches.offsetMinutes * 60_000).toISOString().slice(0, 10) };
}
