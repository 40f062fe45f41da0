import { isPlanRefusal } from '../../bitrix24/error-table.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { OAuth } from '../../bitrix24/oauth.ts';
import type { CrmAccess, VisitorProfile } from '../../bitrix24/visitor-api.ts';
import type { Role } from '../../http/route.ts';
import type { TokenClaims } from '../../http/tokens.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { equalInConstantTime, type Secrets } from '../../lib/secrets.ts';
import type { VisitorAccess } from '../../sync/plan/portal-access.ts';
import type { Installation, Installations } from '../install/installations.ts';
import type { KnownPerson, People } from '../install/people.ts';
import { normalHost, provePortal } from '../install/verify-portal.ts';
import { type Grants, grantsOf } from './admission.ts';
import { crmClosed, extranetGuest, notAdmitted } from './visitor-errors.ts';

/** Short: an employee who is dismissed, or a portal that removed the app, loses access soon. */
const sessionMinutes = 15;

export interface FrameToken {
  accessToken: string;
  /** `host[:port]` as the frame names it. */
  host: string;
  memberId: string;
}

export interface Session {
  token: string;
  expiresInSec: number;
  tenantId: number;
  role: Role;
  userId: number;
  grants: Grants;
}

export interface SessionDeps {
  installations: Installations;
  oauth: Pick<OAuth, 'appInfo'>;
  secrets: Pick<Secrets, 'digest'>;
  clock: Clock;
  /** Who the token's user is in the portal; `userId` as the authorization server names them, if it does. Throws `Bitrix24Error`. */
  whoAmI(installation: Installation, accessToken: string, userId: number | null): Promise<VisitorProfile>;
  people: People;
  /** What the company lets its visitors see. */
  rulesOf(tenantId: number): Promise<VisitorAccess>;
  mint(claims: TokenClaims, hours: number): string;
}

export type Sessions = ReturnType<typeof makeSessions>;

interface Visitor {
  installation: Installation;
  userId: number;
  role: Role;
  isAdministrator: boolean;
  /** Null where the portal did not say it. */
  name: string | null;
  crm: CrmAccess;
}

const subjectOf = ({ memberId }: Installation, userId: number): string => `bitrix24:${memberId}:${userId}`;

/**
 * Makes the exchange of a frame's token for a short-lived JWT. The authorization server says whose token it is, and that it was given
 * to our application; the portal itself says whether its user administers it, and whether its CRM is open to the user. What a session
 * may do is decided for each request by the company's rules. A portal whose plan has ended answers no request: those who were here
 * before may look. Throws AppError: `installation_unknown` (404), `installation_pending` (409), and 403 `portal_token_refused`,
 * `extranet_guest`, `crm_closed` or `visitors_not_admitted`.
 */
export function makeSessions(deps: SessionDeps) {
  const { installations, oauth, whoAmI, people, rulesOf, mint, secrets, clock } = deps;

  /** The installation that a frame's token belongs to, and who its user is. */
  async function identify(frame: FrameToken): Promise<Visitor> {
    const installation = await installations.findByMember(frame.memberId);
    if (!installation || installation.state === 'uninstalled') throw unknownInstallation();
    const installer = installerOf(installation, frame);
    const administrator = { role: 'admin', isAdministrator: true, crm: 'open' } as const;
    if (installer !== null) return { installation, userId: installer, name: null, ...administrator };
    const claim = {
      memberId: frame.memberId,
      host: frame.host,
      accessToken: frame.accessToken,
      server: `${installation.oauthUrl}/`,
      clientId: installation.clientId,
    };
    const info = await provePortal(oauth, claim);
    if (normalHost(info.host) !== normalHost(installation.host))
      await installations.storeHost(installation.id, info.host);
    const current = { ...installation, host: info.host };
    try {
      const { id: userId, name, isAdmin: isAdministrator, crm } = await whoAmI(current, frame.accessToken, info.userId);
      const role = isAdministrator ? 'admin' : 'user';
      return { installation: current, userId, name, role, isAdministrator, crm };
    } catch (error) {
      if (isGuestRefusal(error)) throw extranetGuest();
      const known = isPlanRefusal(error) ? await findKnown(current, info.userId) : null;
      if (!known || info.userId === null) throw error;
      return { installation: current, userId: info.userId, role: 'viewer', crm: 'open', ...known };
    }
  }

  /** Whom the portal let read its CRM when it could be asked last; who installed the app administers the portal. */
  async function findKnown(installation: Installation, userId: number | null): Promise<KnownPerson | null> {
    if (installation.tenantId === null || userId === null) return null;
    const known = await people.find(installation.tenantId, subjectOf(installation, userId));
    return known ?? (userId === installation.userId ? { name: null, isAdministrator: true } : null);
  }

  /**
   * The administrator whose page has just installed the app: its token was proved then, and has died with the chain where a company's
   * secret was proved by renewing it. The same token, shown again soon, is still that page.
   */
  function installerOf({ installer }: Installation, { accessToken }: FrameToken): number | null {
    if (!installer || clock.now().getTime() - Date.parse(installer.at) > sessionMinutes * 60_000) return null;
    return equalInConstantTime(installer.tokenDigest, secrets.digest(accessToken)) ? installer.userId : null;
  }

  return {
    identify,

    async open(frame: FrameToken): Promise<Session> {
      const { installation, userId, role, isAdministrator, name, crm } = await identify(frame);
      if (installation.tenantId === null) throw pendingInstallation();
      const { tenantId } = installation;
      if (crm === 'extranet') throw extranetGuest();
      if (crm === 'closed') throw crmClosed();
      const grants = grantsOf(await rulesOf(tenantId), isAdministrator);
      if (grants.sees === 'none') throw notAdmitted();
      const subject = subjectOf(installation, userId);
      await people.remember(tenantId, subject, { name, isAdministrator });
      const claims = { tenantId, role, subject, installation: installation.id, administrator: isAdministrator };
      const token = mint(claims, sessionMinutes / 60);
      return { token, expiresInSec: sessionMinutes * 60, tenantId, role, userId, grants };
    },
  };
}

function isGuestRefusal(error: unknown): boolean {
  return error instanceof Bitrix24Error && error.code.toLowerCase() === 'allowed_only_intranet_user';
}

/** The portal does not have our app. */
export function unknownInstallation(): AppError {
  return new AppError({
    code: 'installation_unknown',
    status: 404,
    text: {
      ru: 'Приложение на этом портале не установлено. Администратор портала должен открыть его из меню',
      en: "The application is not installed in this portal. The portal's administrator has to open it from the menu",
    },
  });
}

function pendingInstallation(): AppError {
  return new AppError({
    code: 'installation_pending',
    status: 409,
    text: {
      ru: 'Портал подтверждён, но ни одна компания ещё не назвала это приложение своим. Скопируйте client_id и client_secret из карточки приложения в настройки интеграции Axenta',
      en: "The portal is confirmed, but no company has claimed this application yet. Copy client_id and client_secret from the application's card into Axenta's integration settings",
    },
  });
}
