import { AsyncLocalStorage } from 'node:async_hooks';

/** What everything that a REST call causes may ask about the call. */
export interface CallScope {
  /** `auth_connector` of the call; empty: none. */
  connector: string;
}

export const callScope = new AsyncLocalStorage<CallScope>();
