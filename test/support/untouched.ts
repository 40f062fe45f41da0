import { expect } from 'chai';
import type { SimulatedPortal } from '../portal/portal.ts';
import { fingerprint } from './fingerprint.ts';
import type { World } from './world.ts';

type Counts = Record<string, number>;

/** What a refusal may leave behind. */
export interface Traces {
  /** Counters that moved, with how far: `frames refused`, `events malformed`. */
  counted: Counts;
  /** Methods that portals were asked; none when absent. */
  calls?: string[];
  /** What the authorization server was asked; nothing when absent. */
  asked?: string[];
}

/**
 * Watches a request that is to be refused: no row of any table may change, nobody may be called but those that `traces` names. Returns
 * what the request returned.
 */
export async function leavesNothingBut<Answer>(
  world: World,
  portals: readonly SimulatedPortal[],
  traces: Traces,
  request: () => Promise<Answer>,
): Promise<Answer> {
  const rows = await fingerprint(world);
  const counts = await readCounts(world);
  const asked = world.oauth.requests.length;
  for (const portal of portals) portal.journal.clear();
  const answer = await request();
  const moved = Object.entries(await readCounts(world)).map(([name, value]) => [name, value - (counts[name] ?? 0)]);
  expect(Object.fromEntries(moved.filter(([, by]) => by !== 0)), 'counters').to.deep.equal(traces.counted);
  // The schedules go on meanwhile: once a minute they look into the portals' queues.
  const isOwn = (method: string) => method.startsWith('event.offline.');
  const calls = portals
    .flatMap((portal) => portal.journal.calls().map(({ method }) => method))
    .filter((method) => !isOwn(method));
  expect(calls, 'calls of portals').to.deep.equal(traces.calls ?? []);
  const questions = world.oauth.requests.slice(asked).map(({ kind }) => kind);
  expect(questions, 'questions to the authorization server').to.deep.equal(traces.asked ?? []);
  expect(await fingerprint(world), 'rows').to.deep.equal(rows);
  return answer;
}

async function readCounts(world: World): Promise<Counts> {
  const { body } = await world.call(null, 'GET', '/metrics');
  const lines = String(body).matchAll(/^bitrix24_(frames|events)_total\{result="(\w+)"\} (\d+)/gm);
  return Object.fromEntries([...lines].map(([, kind, result, value]) => [`${kind} ${result}`, Number(value)]));
}
