import { equalInConstantTime, type Secrets } from '../../lib/secrets.ts';
import { makeShareInFlight } from '../../lib/share-in-flight.ts';
import type { Connections } from '../connection/connections.ts';
import type { AppLifecycleEvents } from './app-lifecycle-events.ts';
import type { Installation, Installations } from './installations.ts';

/** Who sends an event, as its secret proves. */
export interface EventSender {
  /** Companies whose records the event may speak of. */
  tenants: number[];
  /** Set for an installed application. */
  installation: Installation | null;
}

/** An event as it came. */
export interface EventCall {
  event: string;
  auth: Record<string, unknown>;
  /** Under which the sender's address is counted. */
  address: string;
}

export interface EventSenderDeps {
  connections: Pick<Connections, 'findByOutgoingToken'>;
  secrets: Pick<Secrets, 'digest'>;
  installations: Installations;
  appEvents: AppLifecycleEvents;
}

/** Events whose application token may be new: after an update, or on a first contact. */
const renewing = ['ONAPPINSTALL', 'ONAPPUPDATE'];

/**
 * Makes the look at who sends an event: an installed application is found by its portal's permanent id and its token compared in
 * constant time; a portal's outgoing webhook is found by its token alone. Null for everybody else.
 */
export function makeIdentifySender({ connections, secrets, installations, appEvents }: EventSenderDeps) {
  const share = makeShareInFlight<EventSender | null>();

  async function findApplication({ event, auth, address }: EventCall, digest: string) {
    const memberId = typeof auth.member_id === 'string' ? auth.member_id : null;
    const installation = memberId === null ? null : await installations.findByMember(memberId);
    if (!installation || installation.state === 'uninstalled') return null;
    const known = installation.applicationTokenDigest;
    if (known !== null && equalInConstantTime(known, digest)) return installation;
    const mayBeNew = known === null || renewing.includes(event.toUpperCase());
    return mayBeNew && (await appEvents.learnToken(installation, auth, address)) ? installation : null;
  }

  /**
   * Tenants whose portal's outgoing webhook proves itself with this token. The token is a long random secret and is looked up by its
   * digest: the time that an index takes tells nothing about the secret itself, so no comparison can leak it byte by byte.
   */
  const findSubscribers = (digest: string): Promise<number[]> => connections.findByOutgoingToken(digest);

  async function find(call: EventCall, digest: string): Promise<EventSender | null> {
    const installation = await findApplication(call, digest);
    if (installation) return { tenants: installation.tenantId === null ? [] : [installation.tenantId], installation };
    const tenants = await findSubscribers(digest);
    return tenants.length > 0 ? { tenants, installation: null } : null;
  }

  return (call: EventCall, token: string): Promise<EventSender | null> => {
    const { event, auth } = call;
    const digest = secrets.digest(token);
    if (renewing.includes(event.toUpperCase())) return find(call, digest);
    // A storm of one portal's events needs one look. A first contact is proved by the access token, so that is a part of the question.
    const question = JSON.stringify([digest, auth.member_id ?? null, auth.access_token ?? null]);
    return share(question, () => find(call, digest));
  };
}
