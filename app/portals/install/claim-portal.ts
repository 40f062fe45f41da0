import type { Transaction } from 'sequelize';
import type { PortalAccess } from '../../bitrix24/access.ts';
import type { Bitrix24Client } from '../../bitrix24/client.ts';
import { accessWithToken } from '../../bitrix24/user-token-access.ts';
import type { Clock } from '../../lib/clock.ts';
import type { AppError } from '../../lib/errors.ts';
import { type Database, queryRows } from '../../models/database.ts';
import { retryingTransaction } from '../../models/retrying-transaction.ts';
import { movePortal } from '../../sync/load/former-mappings.ts';
import { enqueueLinked } from '../../sync/queue/enqueue-linked.ts';
import { portalChanged } from '../connection/connection-errors.ts';
import type { Connections } from '../connection/connections.ts';
import { forgetFormerPortal } from '../connection/forget-portal-data.ts';
import { isSamePortal } from '../connection/same-portal.ts';
import { applicationUnclaimed, portalTaken } from './installation-states.ts';
import type { Installation, Installations, ProvedInstallation } from './installations.ts';

export interface TakeOverDeps {
  db: Database;
  clock: Clock;
  connections: Connections;
  installations: Installations;
  makeClient(access: PortalAccess): Bitrix24Client;
  /** Binds events and placements soon, in a worker. */
  wakeBinding(tenantId: number): Promise<void>;
}

export type TakeOver = ReturnType<typeof makeClaimPortal>;

/** Whose the portal becomes: a company that is known, or a new one of this name. */
export type NewOwner = { tenantId: number; replacePortal?: boolean } | { companyName: string };

const lockClass = 7703;

/**
 * Makes the steps that store a proved installation. Of two requests for one portal that come at once, one waits for the other and finds
 * its work done. Repeat-safe.
 */
export function makeClaimPortal({ db, clock, connections, installations, makeClient, wakeBinding }: TakeOverDeps) {
  /**
   * Ties the portal to a company in one transaction: installation, connection, and everything that may have changed while there was
   * none. Throws `portal_changed` when the company's mappings speak of another portal and the request does not allow to forget them,
   * `portal_belongs_to_another_company` when the app works there for somebody else.
   */
  async function takeOver(proved: ProvedInstallation, owner: NewOwner): Promise<Installation> {
    const before = 'tenantId' in owner ? await connections.find(owner.tenantId) : null;
    const samePortal = await isSame(proved, owner, before?.portal ?? null);
    if (!samePortal && !mayReplace(owner)) throw await refuseOtherPortal(proved);

    const { installation, tenantId } = await retryingTransaction(db, async (transaction) => {
      const existing = await lockPortal(proved.memberId, transaction);
      const tenantId =
        'tenantId' in owner ? owner.tenantId : (existing?.tenantId ?? (await createCompany(owner, transaction)));
      await connections.lock(tenantId, transaction);
      await releaseFormer(existing, tenantId, transaction);
      const former = await installations.findByTenant(tenantId, transaction);
      // A company has one portal: the app that it had in another one is let go.
      if (former && former.memberId !== proved.memberId)
        await installations.moveTo(former.id, 'uninstalled', transaction);
      if (!samePortal) await forgetFormerPortal(db, tenantId, transaction);
      else if (before) await movePortal(db, tenantId, { from: before.portal, to: proved.host }, transaction);
      const stored = await installations.store(proved, { tenantId, state: 'active' }, transaction);
      await connections.storeInstallation(tenantId, stored, transaction);
      if (before === null) await enqueueLinked(db, tenantId, { reason: 'reconnected' }, transaction);
      await installations.noteStep(stored.id, 'proved', done(), transaction);
      await installations.noteStep(stored.id, 'company', done(), transaction);
      return { installation: stored, tenantId };
    });
    await wakeBinding(tenantId);
    return installation;
  }

  /** Throws `portal_changed` where `takeOver` would; stores nothing. */
  async function check(proved: ProvedInstallation, owner: NewOwner): Promise<void> {
    const before = 'tenantId' in owner ? await connections.find(owner.tenantId) : null;
    if (!mayReplace(owner) && !(await isSame(proved, owner, before?.portal ?? null))) throw portalChanged(proved.host);
  }

  /**
   * Keeps a proved installation that no company has claimed yet. Throws `application_unclaimed` where a company has the portal through
   * another application, be it suspended: a token of any application that the portal uses would do to push it aside.
   */
  async function keepPending(proved: ProvedInstallation): Promise<Installation> {
    return retryingTransaction(db, async (transaction) => {
      const existing = await lockPortal(proved.memberId, transaction);
      const isTaken = existing?.state === 'active' || existing?.state === 'suspended';
      if (isTaken && existing.clientId !== proved.clientId) throw applicationUnclaimed();
      await releaseFormer(existing, null, transaction);
      const stored = await installations.store(proved, { tenantId: null, state: 'pending' }, transaction);
      await installations.noteStep(stored.id, 'proved', done(), transaction);
      return stored;
    });
  }

  async function isSame(proved: ProvedInstallation, owner: NewOwner, formerHost: string | null): Promise<boolean> {
    if (!('tenantId' in owner) || formerHost === proved.host) return true;
    return isSamePortal(db, makeClient(accessWithToken(proved, proved.tokens.accessToken)), owner.tenantId);
  }

  async function refuseOtherPortal(proved: ProvedInstallation): Promise<AppError> {
    const pending = await keepPending(proved);
    const error = portalChanged(proved.host);
    const failure = { code: error.code, text: error.text };
    await installations.noteStep(pending.id, 'company', { state: 'failed', at: now(), error: failure });
    return error;
  }

  async function lockPortal(memberId: string, transaction: Transaction): Promise<Installation | null> {
    await queryRows(db, `select pg_advisory_xact_lock(${lockClass}, hashtext($memberId))`, { memberId }, transaction);
    return installations.findByMember(memberId, transaction);
  }

  /** Another company's app in this portal: one that works is never pushed aside, one that is dead makes room. */
  async function releaseFormer(
    existing: Installation | null,
    tenantId: number | null,
    transaction: Transaction,
  ): Promise<void> {
    if (existing === null || existing.tenantId === null || existing.tenantId === tenantId) return;
    if (existing.state === 'active') throw portalTaken();
    await connections.removeInstallation(existing.tenantId, transaction);
  }

  async function createCompany(
    { companyName: name }: { companyName: string },
    transaction: Transaction,
  ): Promise<number> {
    const [company] = await queryRows<{ id: number }>(
      db,
      'insert into companies (name) values ($name) returning id',
      { name },
      transaction,
    );
    if (!company) throw new Error('The company was not stored');
    return company.id;
  }

  const now = () => clock.now().toISOString();
  const done = () => ({ state: 'done', at: now() }) as const;

  return { takeOver, check, keepPending };
}

function mayReplace(owner: NewOwner): boolean {
  return 'replacePortal' in owner && owner.replacePortal === true;
}
