export type Role = 'viewer' | 'user' | 'admin';

/** What a person may see: everything, settings too; all records; the open card. */
export type Sight = 'all' | 'lists' | 'cards';

/** Who looks at the page, and with which token. Tokens live in memory alone. */
export interface Session {
  /** Decides what is offered; the server decides what is allowed. */
  readonly role: Role;
  readonly sees: Sight;
  /** May change the CRM records that they see. */
  readonly mayEdit: boolean;
  /** A token that is valid for a while yet; gets a new one first when the present one is about to end. Throws ApiError. */
  token(): Promise<string>;
  /** The server refused the token: gets another. False when only a person can (then the page asks). */
  renew(): Promise<boolean>;
  /** The person's own token of the portal, without which no card opens; `isAnew` makes the portal give another one. Null outside a portal. */
  portalToken(isAnew: boolean): Promise<string | null>;
}
