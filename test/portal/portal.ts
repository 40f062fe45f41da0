import { existsSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeCertificates } from './certificates.ts';
import { makeCommonMethods } from './common-methods.ts';
import { ControlApi } from './control-api.ts';
import { Credentials } from './credentials.ts';
import { makeDictionaryMethods } from './dictionary-methods.ts';
import { EventDelivery } from './events.ts';
import { Executor } from './executor.ts';
import { Faults } from './faults.ts';
import { makeItemMethods } from './item-methods.ts';
import { Journal } from './journal.ts';
import type { LatencyProfile } from './latency.ts';
import { makeLegacyMethods } from './legacy-methods.ts';
import { PortalLimits } from './limits.ts';
import { makeRecordTable, type RecordTable } from './people.ts';
import { startServer } from './server.ts';
import { Store } from './store.ts';
import { defaultSwitches, type PortalSwitches } from './switches.ts';
import type { MethodTable, RecordKind } from './types.ts';

export interface PortalOptions {
  /** 0 or absent: any free port. */
  port?: number;
  /** Where the certificate authority is kept; a temporary folder when absent. */
  certificateFolder?: string;
  /** Where the data is kept between starts; absent: nowhere. */
  stateFile?: string;
  latency?: LatencyProfile;
  switches?: Partial<PortalSwitches>;
  memberId?: string;
  /** 0 to 1, for lost and shuffled events. */
  random?: () => number;
}

export interface PortalWebhook {
  url: string;
  secret: string;
  userId: number;
  revoke(): void;
  setScopes(scopes: string[]): void;
}

export type SimulatedPortal = Awaited<ReturnType<typeof startPortal>>;

/** Starts a portal that behaves like Bitrix24 for everything that is used of it, on 127.0.0.1 over HTTPS. */
export async function startPortal(options: PortalOptions = {}) {
  const switches: PortalSwitches = { ...defaultSwitches, ...options.switches };
  const folder = options.certificateFolder ?? mkdtempSync(path.join(os.tmpdir(), 'portal-'));
  const certificates = await makeCertificates(folder);
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const memberId = options.memberId ?? 'a223c6b3710f85df22e9377d6c4f7553';
  const journal = new Journal();
  const faults = new Faults();
  const limits = new PortalLimits(switches, now);
  const credentials = new Credentials(switches);
  const events = new EventDelivery({ journal, host: () => host, memberId, random: options.random ?? Math.random });
  const store = new Store({ now, switches, onChange: (change) => events.announce(change) });
  const methods: MethodTable = {
    ...makeItemMethods(store, switches),
    ...makeLegacyMethods(store, switches),
    ...makeDictionaryMethods(store),
    ...makeCommonMethods(switches, () => methods),
  };
  const executor = new Executor({
    methods,
    limits,
    faults,
    journal,
    switches,
    latency: options.latency ?? 'none',
    now,
  });
  const tables = Object.fromEntries(
    (['deal', 'contact', 'company'] as const).map((kind) => [kind, makeRecordTable(kind, store, switches)]),
  ) as Record<RecordKind, RecordTable>;
  const control = new ControlApi({ tables, journal });
  const server = await startServer({ certificates, credentials, executor, faults, limits, control }, options.port ?? 0);
  const host = `127.0.0.1:${server.port}`;
  const { stateFile } = options;
  if (stateFile && existsSync(stateFile)) store.load(JSON.parse(readFileSync(stateFile, 'utf8')));
  const save = () => {
    if (!stateFile) return;
    writeFileSync(`${stateFile}.new`, JSON.stringify(store.snapshot()));
    renameSync(`${stateFile}.new`, stateFile);
  };
  const saving = stateFile ? setInterval(save, 2000) : undefined;

  return {
    origin: `https://${host}`,
    host,
    memberId,
    caPem: certificates.caPem,
    caFile: certificates.caFile,
    switches,
    journal,
    faults,
    limits,
    events,
    store,
    /** How far the portal's clock runs ahead of ours. */
    clock,

    addWebhook(webhookOptions: Parameters<Credentials['add']>[0] = {}): PortalWebhook {
      const webhook = credentials.add(webhookOptions);
      return {
        url: `https://${host}/rest/${webhook.userId}/${webhook.secret}/`,
        secret: webhook.secret,
        userId: webhook.userId,
        revoke: () => credentials.remove(webhook),
        setScopes: (scopes) => {
          webhook.scopes = scopes;
        },
      };
    },

    /** Subscribes a handler to events, as an administrator does in the portal's settings. */
    addOutgoingWebhook(handler: { url: string; events?: readonly string[]; token?: string }) {
      return events.add({ ...handler, events: handler.events ?? crmEvents });
    },

    /** What a person does in the portal's pages. */
    records: (kind: RecordKind) => tables[kind],

    async stop(): Promise<void> {
      clearInterval(saving);
      save();
      await events.stop();
      await server.stop();
    },
  };
}

const crmEvents = ['DEAL', 'CONTACT', 'COMPANY'].flatMap((kind) =>
  ['ADD', 'UPDATE', 'DELETE'].map((change) => `ONCRM${kind}${change}`),
);
