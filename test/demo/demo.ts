import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { mintToken } from '../../app/http/tokens.ts';
import { makeLog } from '../../app/lib/log.ts';
import { startApp } from '../../app/start.ts';
import type { Config } from '../../config/config.ts';
import { startEmbeddedPostgres } from '../../config/embedded-postgres.ts';
import { makeCertificates } from '../portal/certificates.ts';
import { startOAuthServer } from '../portal/oauth-server.ts';
import { startPortal } from '../portal/portal.ts';
import { findFreePort } from '../support/free-port.ts';
import { startMailServer } from '../support/mail-server.ts';
import type { Connection } from './connect.ts';
import { countCrm, makeCrmTroubles } from './crm-troubles.ts';
import { fillPortal } from './difficulties.ts';
import { fillCrm } from './fill-crm.ts';
import { synchroniseOnce } from './first-sync.ts';
import { showMailbox, tellByMail } from './mail.ts';
import { announceAddress, becomeTheOnlyOne } from './only-one.ts';
import { makeLogOutput, type Output } from './output.ts';
import { makeProgress } from './progress.ts';
import { makeRest } from './rest.ts';
import { describeDemo, steps } from './texts.ts';

export interface DemoOptions {
  config: Config;
  /** 0: any free port. */
  portalPort: number;
  /** Of the authorization server, where there is one; 0: any free port. */
  oauthPort: number;
  connection: Connection;
  output: Output;
  /** Asks to stop while it is still starting. */
  signal: AbortSignal;
}

export interface RunningDemo {
  stop(): Promise<void>;
}

/** Thrown when a port is taken; `variable` chooses another. */
export class PortBusy extends Error {
  readonly port: number;
  readonly variable: string;

  constructor(port: number, variable: string, cause: unknown) {
    super(`Port ${port} is taken`, { cause });
    this.port = port;
    this.variable = variable;
  }
}

const tokenHours = 24 * 30;

/**
 * Starts everything, fills the CRM, connects the first company and brings both sides together; what an earlier start has done is found
 * again. When a step fails, whatever was started is stopped.
 */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const stops: (() => Promise<unknown>)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      for (const one of stops.reverse()) await one();
    })();
    return stopping;
  };
  try {
    await start(options, stops);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  { config: given, portalPort, oauthPort, connection, output, signal }: DemoOptions,
  stops: (() => Promise<unknown>)[],
): Promise<void> {
  const { dataDir } = given;
  const step = (text: string) => {
    signal.throwIfAborted();
    output.write(`${text}\n`);
  };

  step(steps.database);
  mkdirSync(dataDir, { recursive: true });
  const database = await startEmbeddedPostgres({ dir: path.join(dataDir, 'postgres') });
  stops.push(() => database.stop());
  const client = await becomeTheOnlyOne(database.url);
  stops.push(() => client.end());

  step(steps.portal);
  const portalFolder = path.join(dataDir, 'portal');
  // A CRM that begins anew meets a portal that begins anew.
  const isNew = await isEmpty(client);
  if (isNew) rmSync(portalFolder, { recursive: true, force: true });
  const stateFile = path.join(portalFolder, 'state.json');
  const certificateFolder = portalFolder;
  const oauth = connection.needsOAuth
    ? await startOAuthServer({ port: oauthPort, certificateFolder }).catch(explainPort(oauthPort, 'OAUTH_PORT'))
    : undefined;
  if (oauth) stops.push(() => oauth.stop());
  const portal = await startPortal({ port: portalPort, certificateFolder, stateFile, ...(oauth && { oauth }) }).catch(
    explainPort(portalPort, 'PORTAL_PORT'),
  );
  stops.push(() => portal.stop());
  await announceAddress(client, portal.origin);
  if (isNew) fillPortal(portal);

  const mail = await startMailServer(await makeCertificates(certificateFolder));
  stops.push(() => mail.stop());
  showMailbox(portal, mail);

  step(steps.app);
  const logFile = path.join(dataDir, 'app.log');
  const logOutput = makeLogOutput(logFile, output);
  stops.push(() => logOutput.close());
  const log = makeLog({ level: given.logLevel, format: given.logFormat, output: logOutput.stream });
  // The portal has to be told the app's address before the app runs.
  const port = given.port || (await findFreePort());
  const appOrigin = `http://127.0.0.1:${port}`;
  const config = {
    ...{ ...given, port, publicUrl: appOrigin, ...(oauth && { oauthUrls: [oauth.origin] }) },
    smtp: { url: mail.url, from: mail.from },
    // The printed lines are tried for days.
    jwtRules: { ...given.jwtRules, maxAgeHours: Math.max(tokenHours, given.jwtRules.maxAgeHours) },
  };
  const app = await startApp(config, database.url, log, { extraCa: portal.caPem }).catch(explainPort(port, 'PORT'));
  stops.push(() => app.stop());

  step(steps.fill);
  const [company] = await fillCrm(client);
  if (!company) throw new Error('The CRM has no company');
  const token = mintToken(
    String(config.jwtSecret),
    { tenantId: company.id, role: 'admin', subject: 'demo' },
    tokenHours,
    config.jwtRules,
  );
  const rest = makeRest(appOrigin, token);

  step(steps.connect);
  await connection.connect({ portal, rest, appOrigin, dataDir });
  await tellByMail(rest);

  step(steps.sync);
  const progress = makeProgress(output);
  const done = await synchroniseOnce(rest, progress.show, signal).finally(progress.end);
  if (done === null) output.write(`${steps.syncedBefore}\n`);
  // The portal tells of every record that was created; the closing text should not drown in that.
  await portal.events.settled();

  const { mappings } = await rest('GET', '/api/integration/bitrix24/stats');
  const [sample] = (await rest('GET', '/api/integration/bitrix24/mappings?local_type=object&limit=1')).mappings;
  const crm = { client, tenantId: company.id };
  portal.simulation.troubles.teach(...makeCrmTroubles({ ...crm, portal }));
  portal.simulation.lookAtCrm = () => countCrm(crm);
  const text = describeDemo({
    portal: portal.origin,
    app: appOrigin,
    ...{ caFile: portal.caFile, logFile, token },
    company: `${company.id}: ${company.name}`,
    sample: { objectId: sample.local_id, dealId: Number(sample.bitrix24_id) },
    counts: {
      objects: mappings.object_mappings,
      users: mappings.user_mappings,
      contracts: mappings.contract_mappings,
    },
  });
  signal.throwIfAborted();
  output.write(text);
  logOutput.showFrom();
}

async function isEmpty(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(`select to_regclass('companies') is null as "isNew"`);
  if (rows[0].isNew) return true;
  return (await client.query('select 1 from companies limit 1')).rows.length === 0;
}

function explainPort(port: number, variable: string) {
  return (error: unknown): never => {
    if ((error as { code?: string }).code === 'EADDRINUSE') throw new PortBusy(port, variable, error);
    throw error;
  };
}
