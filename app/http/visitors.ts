import type { Log } from '../lib/log.ts';
import type { Caller, Identity, Route, Visitor, VisitorNeed } from './route.ts';

/** Where pages send their visitor's own token of the portal, with each request for a card. It is neither stored nor logged. */
export const portalTokenHeader = 'X-Bitrix24-Token';

/** A call of somebody who opened a page in a portal. */
export interface VisitorCall {
  identity: Identity & { visitor: Visitor };
  need: VisitorNeed;
  /** The validated parameters of the address. */
  params: unknown;
  /** What the page sent as its visitor's token; empty when nothing. */
  portalToken: string;
  log: Log;
}

/** What the company's rules say of visitors, and where it is kept what they did. */
export interface VisitorRules {
  /** Throws AppError 403 for what is not allowed to the visitor, with whom to ask. */
  admit(call: VisitorCall): Promise<{ seesLists: boolean }>;
  /** Keeps what a visitor did; the change itself stands already. */
  note(caller: Caller & { visitor: Visitor }, route: Route, params: unknown): Promise<void>;
}
