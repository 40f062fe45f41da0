import { isPlanRefusal } from '../../bitrix24/error-table.ts';
import type { OAuth } from '../../bitrix24/oauth.ts';
import type { Role } from '../../http/route.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { equalInConstantTime, type Secrets } from '../../lib/secrets.ts';
import type { Installation, Installations } from '../install/installations.ts';
import { normalHost, provePortal } from '../install/verify-portal.ts';

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
}

export interface SessionDeps {
  installations: Installations;
  oauth: Pick<OAuth, 'appInfo'>;
  secrets: Pick<Secrets, 'digest'>;
  clock: Clock;
  /** Who the token's user is in the portal; `userId` as the authorization server names them, if it does. Throws `Bitrix24Error`. */
  profile(
    installation: Installation,
    accessToken: string,
    userId: number | null,
  ): Promise<{ id: number; isAdmin: boolean }>;
  mint(claims: { tenantId: number; role: Role; subject: string; installation: number }, hours: number): string;
}

export type Sessions = ReturnType<typeof makeSessions>;

interface Visitor {
  installation: Installation;
  userId: number;
  role: Role;
}

/**
 * Makes the exchange of a frame's token for a short-lived JWT. The authorization server says whose token it is, and that it was given
 * to our application; the portal itself says whether its user administers it. Administrators may change everything, others CRM
 * records only. A portal whose plan has ended answers no request: its people may look. Throws AppError: `installation_unknown` (404),
 * `installation_pending` (409), `portal_token_refused` (403).
 */
export function makeSessions({ installations, oauth, profile, mint, secrets, clock }: SessionDeps) {
  /** The installation that a frame's token belongs to, and who its user is. */
  async function identify(frame: FrameToken): Promise<Visitor> {
    const installation = await installations.findByMember(frame.memberId);
    if (!installation || installation.state === 'uninstalled') throw unknownInstallation();
    const installer = installerOf(installation, frame);
    if (installer !== null) return { installation, userId: installer, role: 'admin' };
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
      const user = await profile(current, frame.accessToken, info.userId);
      return { installation: current, userId: user.id, role: user.isAdmin ? 'admin' : 'user' };
    } catch (error) {
      if (!isPlanRefusal(error) || info.userId === null) throw error;
      return { installation: current, userId: info.userId, role: 'viewer' };
    }
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
      const { installation, userId, role } = await identify(frame);
      if (installation.tenantId === null) throw pendingInstallation();
      const { tenantId } = installation;
      const subject = `bitrix24:${installation.memberId}:${userId}`;
      const token = mint({ tenantId, role, subject, installation: installation.id }, sessionMinutes / 60);
      return { token, expiresInSec: sessionMinutes * 60, tenantId, role, userId };
    },
  };
}

function unknownInstallation(): AppError {
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
