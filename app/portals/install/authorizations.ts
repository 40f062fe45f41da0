import { randomBytes } from 'node:crypto';
import {
  type AuthorizationStart,
  type AuthorizationState,
  type ReturnedState,
  readStart,
  readState,
  signStart,
  signState,
} from '../../http/tokens.ts';
import { equalInConstantTime, type Secrets } from '../../lib/secrets.ts';
import { type Database, queryRows } from '../../models/database.ts';

export type Authorizations = ReturnType<typeof makeAuthorizations>;

/**
 * Makes what holds an authorization in a browser together: its start, what the browser keeps, and what comes back with the portal's answer.
 * It comes back once, to the browser that left, within ten minutes: a link that somebody else has prepared connects nothing. Only what
 * came back is stored, until its time is over.
 */
export function makeAuthorizations({
  db,
  secret,
  secrets,
}: {
  db: Database;
  secret: string;
  secrets: Pick<Secrets, 'digest'>;
}) {
  return {
    signStart: (start: AuthorizationStart): string => signStart(secret, start),
    readStart: (text: string): AuthorizationStart | null => readStart(secret, text),

    /** What a browser that leaves for the portal takes along (`state`), and what it keeps (`kept`). */
    leave(tenantId: number): { state: string; kept: string } {
      const kept = randomBytes(24).toString('base64url');
      const state: AuthorizationState = { tenantId, browser: secrets.digest(kept) };
      return { state: signState(secret, state), kept };
    },

    /** The company whose authorization this is, once; null when it is forged, too old, used, or of another browser. */
    async comeBack(text: string, kept: string | undefined): Promise<number | null> {
      const state = readState(secret, text);
      if (!state || kept === undefined) return null;
      if (!equalInConstantTime(state.browser, secrets.digest(kept))) return null;
      return (await use(db, state)) ? state.tenantId : null;
    },
  };
}

async function use(db: Database, { id, expiresAt }: ReturnedState): Promise<boolean> {
  await queryRows(db, 'delete from used_oauth_states where expires_at < now()', {});
  const used = await queryRows(
    db,
    'insert into used_oauth_states (id, expires_at) values ($id, $expiresAt) on conflict do nothing returning 1 as used',
    { id, expiresAt },
  );
  return used.length > 0;
}
