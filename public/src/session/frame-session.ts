import { refusal } from '../api/client.ts';
import { ApiError } from '../api/error.ts';
import type { PortalFrame } from '../frame/portal-frame.ts';
import { language } from '../i18n/language.ts';
import { say } from '../i18n/translate.ts';
import { commonWords } from '../words/common.ts';
import type { Role, Session, Sight } from './session.ts';

/** A token this close to its end is renewed before it is used. */
const marginMs = 30_000;

interface Granted {
  token: string;
  role: Role;
  sees: Sight;
  mayEdit: boolean;
  endsAt: number;
}

/** The server's answer. */
interface Exchanged {
  token: string;
  role: Role;
  sees: Sight;
  edits: boolean;
  expires_in: number;
}

/**
 * Exchanges the frame's token for our own at the server, and again before it ends. Throws ApiError with the server's code:
 * `installation_pending`, `installation_unknown`, `portal_token_refused`, `extranet_guest`, `crm_closed`, `visitors_not_admitted`.
 */
export async function openFrameSession(frame: PortalFrame): Promise<Session> {
  let granted = await exchange(frame);
  let renewing: Promise<Granted> | undefined;

  async function renew(): Promise<Granted> {
    renewing ??= exchange(frame).finally(() => {
      renewing = undefined;
    });
    granted = await renewing;
    return granted;
  }

  return {
    get role() {
      return granted.role;
    },
    get sees() {
      return granted.sees;
    },
    get mayEdit() {
      return granted.mayEdit;
    },
    async token() {
      if (granted.endsAt - marginMs < Date.now()) await renew();
      return granted.token;
    },
    async renew() {
      await renew();
      return true;
    },
    portalToken: async (isAnew) => (await frame.credentials(isAnew)).access_token,
  };
}

async function exchange(frame: PortalFrame): Promise<Granted> {
  let response = await ask(frame, false);
  if (!response.ok) {
    const failure = await refusal(response);
    if (failure.code !== 'portal_token_refused') throw failure;
    // The portal's own token may have died early: the portal gives another.
    response = await ask(frame, true);
    if (!response.ok) throw await refusal(response);
  }
  const { data } = (await response.json()) as { data: Exchanged };
  const { token, role, sees, edits } = data;
  return { token, role, sees, mayEdit: edits && role !== 'viewer', endsAt: Date.now() + data.expires_in * 1000 };
}

async function ask(frame: PortalFrame, isAnew: boolean): Promise<Response> {
  const body = JSON.stringify(await frame.credentials(isAnew));
  const headers = { 'content-type': 'application/json', 'accept-language': language.value };
  try {
    return await fetch('/bitrix24/session', { method: 'POST', credentials: 'omit', headers, body });
  } catch {
    throw new ApiError({ status: 0, code: 'offline', message: say(commonWords.offline) });
  }
}
