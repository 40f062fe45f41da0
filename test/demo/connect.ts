import type { SimulatedPortal } from '../portal/portal.ts';
import type { Rest } from './rest.ts';

/** What connecting the first company to the portal needs. */
export interface ConnectContext {
  portal: SimulatedPortal;
  /** Calls of the company's administrator. */
  rest: Rest;
  /** Where the app is, such as `http://127.0.0.1:8080`. */
  appOrigin: string;
  dataDir: string;
}

/** One of the ways to connect a company. */
export interface Connection {
  /** Whether the portal has applications, and an authorization server beside it. */
  needsOAuth: boolean;
  /** Connects the company. Repeated at every start. */
  connect(context: ConnectContext): Promise<void>;
}
