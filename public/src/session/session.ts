export type Role = 'viewer' | 'user' | 'admin';

/** Who looks at the page, and with which token. Tokens live in memory alone. */
export interface Session {
  /** Decides what is offered; the server decides what is allowed. */
  readonly role: Role;
  /** A token that is valid for a while yet; gets a new one first when the present one is about to end. Throws ApiError. */
  token(): Promise<string>;
  /** The server refused the token: gets another. False when only a person can (then the page asks). */
  renew(): Promise<boolean>;
}
