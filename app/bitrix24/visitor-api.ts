import { type Bitrix24Type, entityOf, pairKinds } from '../lib/records.ts';
import type { InstallationAccess } from './access.ts';
import { type CommandOutcome, sendBatch } from './batch.ts';
import type { Bitrix24Error } from './errors.ts';
import { makeTransport } from './sdk.ts';
import type { SdkClientDeps } from './sdk-client.ts';

/** What a visitor may see of the portal's CRM. `closed`: no right to it, `extranet`: a guest, for whom all of it is closed. */
export type CrmAccess = 'open' | 'closed' | 'extranet';

export interface VisitorProfile {
  /** 0 when the user is inactive. */
  id: number;
  isAdmin: boolean;
  /** Name and surname; null when the portal has none. */
  name: string | null;
  crm: CrmAccess;
}

/** Whether a visitor may read a record. `absent`: there is none with this id. */
export type RecordAccess = 'readable' | 'absent' | Exclude<CrmAccess, 'open'>;

const options = { urgency: 'interactive', writes: false } as const;

/** Makes what is asked of a portal with a visitor's own token: his rights are the portal's. Every method throws `Bitrix24Error`. */
export function makeVisitorApi(access: InstallationAccess, { agent, limits, log }: Omit<SdkClientDeps, 'clock'>) {
  const transport = makeTransport({ access, agent, limits, log });
  const ask = async (method: string, params: Record<string, unknown>) => {
    const commands = [
      { method: 'profile', params: {} },
      { method, params },
    ];
    const { outcomes } = await sendBatch(transport, limits, commands, options);
    const [who, asked] = outcomes as [CommandOutcome, CommandOutcome];
    return { profile: profileOf(who), asked };
  };

  return {
    /**
     * Who the token's user is (profile.md, 2026-08), and whether the CRM is open to him: `crm.status.list` answers those who may read
     * one kind of its records (crm/status/crm-status-list.md, 2026-08). Administrators may always. One request.
     */
    async whoAmI(): Promise<VisitorProfile> {
      const { profile, asked } = await ask('crm.status.list', { filter: { ENTITY_ID: 'SOURCE' } });
      const crm = profile.isAdmin || asked.ok ? 'open' : closedBy(asked.error);
      return { ...profile, crm };
    },

    /**
     * Whose the token is, and whether its user may read a record (crm/universal/crm-item-get.md, 2026-08: ACCESS_DENIED, NOT_FOUND,
     * allowed_only_intranet_user). One request.
     */
    async mayRead(type: Bitrix24Type, id: number): Promise<{ userId: number; access: RecordAccess }> {
      const { entityTypeId } = pairKinds[entityOf[type]];
      const { profile, asked } = await ask('crm.item.get', { entityTypeId, id });
      if (asked.ok) return { userId: profile.id, access: 'readable' };
      return { userId: profile.id, access: asked.error.kind === 'gone' ? 'absent' : closedBy(asked.error) };
    },
  };
}

function profileOf(outcome: CommandOutcome): Omit<VisitorProfile, 'crm'> {
  if (!outcome.ok) throw outcome.error;
  const profile = outcome.result as { ID?: unknown; ADMIN?: unknown; NAME?: unknown; LAST_NAME?: unknown } | null;
  const name = [profile?.NAME, profile?.LAST_NAME].filter((part) => typeof part === 'string' && part.trim() !== '');
  return {
    id: Number(profile?.ID ?? 0),
    isAdmin: profile?.ADMIN === true,
    name: name.length > 0 ? name.join(' ').slice(0, 255) : null,
  };
}

/** A refusal for want of a right; the frozen families have an empty code for it. Any other failure says nothing of rights and is thrown. */
function closedBy(error: Bitrix24Error): Exclude<CrmAccess, 'open'> {
  const code = error.code.toLowerCase();
  if (code === 'allowed_only_intranet_user') return 'extranet';
  if (code === 'access_denied' || code === 'bitrix24_refused') return 'closed';
  throw error;
}
