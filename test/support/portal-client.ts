import { Writable } from 'node:stream';
import type { CallCost, Limits } from '../../app/bitrix24/limits/limits.ts';
import { makeTransport, type Transport } from '../../app/bitrix24/sdk.ts';
import { makeBitrix24Client } from '../../app/bitrix24/sdk-client.ts';
import { makeSsrfAgent, trustAlso } from '../../app/bitrix24/ssrf-agent.ts';
import { systemClock } from '../../app/lib/clock.ts';
import { makeLog } from '../../app/lib/log.ts';
import type { SimulatedPortal } from '../portal/portal.ts';

/** Limits that let everything pass, and remember what they were told. */
export function openLimits(): Limits & { costs: CallCost[] } {
  const costs: CallCost[] = [];
  return {
    costs,
    acquire: async () => new Map(),
    release: async () => undefined,
    leaveSpent: () => undefined,
    report: async (_portal, reported) => void costs.push(...reported),
    notePlan: async () => undefined,
    tooManyRequests: async () => 2000,
    outOfTime: async () => 60_000,
    stepSize: async () => ({ size: 50, cost: null }),
  };
}

/** The real way to a simulated portal, and the real client on it, without a database. */
export function reachPortal(portal: SimulatedPortal) {
  const webhook = portal.addWebhook();
  const lines: string[] = [];
  const output = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const log = makeLog({ level: 'trace', format: 'json', output });
  const agent = makeSsrfAgent({ allowPrivateHosts: true, extra: trustAlso(portal.caPem) });
  const limits = openLimits();
  const access = { kind: 'webhook', url: webhook.url, host: portal.host } as const;
  const makeOwnTransport = (): Transport => makeTransport({ access, agent, limits, log });
  return {
    webhook,
    lines,
    limits,
    log,
    makeTransport: makeOwnTransport,
    transport: makeOwnTransport(),
    client: makeBitrix24Client(access, { agent, limits, clock: systemClock, log }),
    close: () => agent.destroy(),
  };
}

export type ReachedPortal = ReturnType<typeof reachPortal>;

/** Counts the requests that reach the portal from now on, refused ones included. */
export function countRequests(portal: SimulatedPortal): { readonly count: number } {
  let count = 0;
  portal.faults.add({
    when: () => {
      count += 1;
      return false;
    },
    action: { kind: 'dropBefore' },
  });
  return {
    get count() {
      return count;
    },
  };
}
