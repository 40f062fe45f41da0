import type https from 'node:https';
import { type AgentOptions, makeSsrfAgent, trustAlso } from './ssrf-agent.ts';

/** Connections to one host at the same time, by what they are for. */
const sockets = {
  /** So many steps and looks of one tenant go on side by side; a portal that hangs holds these and no other portal's. */
  portals: 16,
  tokens: 16,
  /** Proofs of callers that anybody may be: they wait for each other, and for nothing else. */
  proofs: 10,
  /** Outgoing webhooks of alerts: addresses that companies name. */
  webhooks: 4,
};

export type Agents = Readonly<Record<keyof typeof sockets, https.Agent>>;

export interface AgentsOptions extends Omit<AgentOptions, 'maxSockets' | 'extra'> {
  /** A certificate authority to trust besides those that everybody trusts. */
  extraCa?: string | undefined;
}

/**
 * Makes the agents of all calls to Bitrix24. What keeps a known portal alive shares no connection with what strangers ask for, and no
 * connection with calls to portals, whose answers may take a minute.
 */
export function makeAgents({ extraCa, ...options }: AgentsOptions): Agents {
  const extra = extraCa === undefined ? undefined : trustAlso(extraCa);
  const make = (kind: keyof typeof sockets) => makeSsrfAgent({ ...options, extra, maxSockets: sockets[kind] });
  return { portals: make('portals'), tokens: make('tokens'), proofs: make('proofs'), webhooks: make('webhooks') };
}
