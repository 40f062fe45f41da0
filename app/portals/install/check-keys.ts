import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { Applications } from '../connection/app-credentials.ts';
import { applicationInUse, applicationOfServer, applicationRefused } from '../connection/connection-errors.ts';
import type { ApplicationCredentials, Connections } from '../connection/connections.ts';
import type { Installation, Installations } from './installations.ts';
import type { Tokens } from './tokens.ts';

export interface CheckKeysDeps {
  installations: Pick<Installations, 'findByTenant'>;
  connections: Pick<Connections, 'find'>;
  applications: Pick<Applications, 'ofTenant' | 'isMarketplace'>;
  tokens: Pick<Tokens, 'prove'>;
}

export type CheckKeys = ReturnType<typeof makeCheckKeys>;

/** Why a connection is suspended when its application is gone from the portal: there is nothing left that other keys could end. */
const appIsGone = [
  'token_chain_dead',
  'client_refused',
  'application_not_found',
  'error_oauth',
  'not_installed',
  'no_auth_found',
  'invalid_token',
  'invalid_credentials',
];

/**
 * Makes the look at application keys before they replace those that work: keys of another application are refused, and a changed secret
 * is tried on the chain of the installation. Throws `application_in_use`, `application_of_server`, `client_refused` (400), or
 * `Bitrix24Error` when the secret cannot be tried just now; then nothing has changed. Returns whether the keys were proved.
 */
export function makeCheckKeys({ installations, connections, applications, tokens }: CheckKeysDeps) {
  async function isReplaceable(tenantId: number, { state }: Installation): Promise<boolean> {
    if (state !== 'suspended') return false;
    const { error } = (await connections.find(tenantId)) ?? {};
    return error !== null && error !== undefined && appIsGone.includes(error.code.toLowerCase());
  }

  async function prove(installation: Installation, clientSecret: string): Promise<boolean> {
    try {
      await tokens.prove(installation, { clientId: installation.clientId, clientSecret });
      return true;
    } catch (error) {
      if (!(error instanceof Bitrix24Error)) throw error;
      if (error.code === 'client_refused') throw applicationRefused(error);
      // Nothing works that a wrong secret could end; the next administrator who opens the app proves it.
      if (error.code === 'token_chain_dead' && installation.state === 'suspended') return false;
      throw error;
    }
  }

  return async (tenantId: number, given: ApplicationCredentials): Promise<boolean> => {
    if (given.clientId === undefined && given.clientSecret === undefined) return false;
    const installation = await installations.findByTenant(tenantId);
    if (!installation) return false;
    const { clientId } = installation;
    const isServers = applications.isMarketplace(clientId);
    // The company's own keys of another time go whenever they like.
    if (isServers && !given.clientId && !given.clientSecret) return false;
    const isOther = given.clientId !== undefined && given.clientId !== clientId;
    const isRemoved = given.clientSecret === null;
    if ((isServers || isOther || isRemoved) && !(await isReplaceable(tenantId, installation))) {
      throw isServers ? applicationOfServer(clientId) : applicationInUse(clientId);
    }
    if (isServers || isOther || !given.clientSecret) return false;
    const stored = await applications.ofTenant(tenantId);
    const isStored = stored?.clientId === clientId && stored.clientSecret === given.clientSecret;
    return isStored ? false : prove(installation, given.clientSecret);
  };
}
