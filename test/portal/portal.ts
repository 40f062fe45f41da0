import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AnsweredRequests } from './answered.ts';
import { authenticateToken } from './app-access.ts';
import { makeAppControl } from './app-control.ts';
import { makeAppMethods } from './app-methods.ts';
import { answerAuthorize } from './authorize-page.ts';
import { callScope } from './call-scope.ts';
import { makeCertificates } from './certificates.ts';
import { makeCommonMethods } from './common-methods.ts';
import { ControlApi } from './control-api.ts';
import { Credentials } from './credentials.ts';
import { makeDictionaryMethods } from './dictionary-methods.ts';
import { EventDelivery } from './events.ts';
import { Executor } from './executor.ts';
import { Faults, struckEntry } from './faults.ts';
import { closedToGuests } from './guests.ts';
import { makeItemMethods } from './item-methods.ts';
import { Journal } from './journal.ts';
import type { LatencyProfile } from './latency.ts';
import { makeLegacyMethods } from './legacy-methods.ts';
import { PortalLimits } from './limits.ts';
import { makeMerge, makeMergeMethods } from './merging.ts';
import { Notices } from './notify-methods.ts';
import type { OAuthServer } from './oauth-server.ts';
import { OutgoingWebhooks } from './outgoing-webhooks.ts';
import { makeRecordTable, type RecordTable } from './people.ts';
import { PortalApps } from './portal-apps.ts';
import type { PortalSession } from './portal-session.ts';
import { type Plan, PortalState } from './portal-state.ts';
import { makePortalTroubles } from './portal-troubles.ts';
import { eventsOf } from './record-events.ts';
import { makeRecycleBin } from './recycle-bin.ts';
import { makeRequisiteMethods } from './requisite-methods.ts';
import { Requisites } from './requisites.ts';
import { Rights } from './rights.ts';
import { startServer } from './server.ts';
import { makeSimulationControl, Simulation } from './simulation.ts';
import { StateFile } from './state-file.ts';
import { Store } from './store.ts';
import { defaultSwitches, type PortalSwitches } from './switches.ts';
import { makeTaskMethods } from './task-methods.ts';
import { Tasks } from './tasks.ts';
import { type MethodTable, type PortalEvent, type RecordChange, type RecordKind, RestError } from './types.ts';
import { makeUserMethods } from './user-methods.ts';
import { makeUserFieldMethods } from './userfield-methods.ts';
import { Users } from './users.ts';
import { makeWebhookControl } from './webhook-control.ts';
import { Workers } from './workers.ts';

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
  /** The authorization server that the portal's applications use; without one the portal has no applications. */
  oauth?: OAuthServer;
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
  const { oauth } = options;
  const folder =
    options.certificateFolder ?? oauth?.certificateFolder ?? mkdtempSync(path.join(os.tmpdir(), 'portal-'));
  const certificates = await makeCertificates(folder);
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const memberId = options.memberId ?? 'a223c6b3710f85df22e9377d6c4f7553';
  const host = () => `127.0.0.1:${server.port}`;
  const portalAuth = () => ({
    domain: host(),
    client_endpoint: `https://${host()}/rest/`,
    server_endpoint: `${oauth?.origin ?? 'https://oauth.bitrix.info'}/rest/`,
    member_id: memberId,
  });
  const journal = new Journal();
  const faults = new Faults();
  faults.onStrike = (method, action) => journal.write(struckEntry(method, action));
  const limits = new PortalLimits(switches, now);
  const users = new Users();
  const rights = new Rights();
  const requisites = new Requisites();
  const workers = new Workers(switches);
  const answered = new AnsweredRequests();
  const notices = new Notices();
  const state = new PortalState();
  const session: PortalSession = { userId: 1, lang: 'ru' };
  const credentials = new Credentials(switches, users);
  const delivery = new EventDelivery({
    ...{ journal, switches, now },
    caPem: certificates.caPem,
    random: options.random ?? Math.random,
  });
  let nextWebhookId = 100;
  const outgoing = new OutgoingWebhooks({ delivery, portalAuth, nextId: () => nextWebhookId++ });
  const apps = new PortalApps({ oauth, delivery, users, state, switches, memberId, host, portalAuth, now });
  const announce = (event: PortalEvent) => {
    const caused = { ...event, connector: callScope.getStore()?.connector };
    outgoing.announce(caused);
    apps.announce(caused);
  };
  const tasks = new Tasks({ users, now, announce });
  const hidden = ({ kind, id }: RecordChange) =>
    switches.hiddenRecordEvents === 'withheld' && {
      isHiddenFrom: (userId: number) => !rights.allows({ kind, action: 'read', userId, id }),
    };
  const store = new Store({
    now,
    switches,
    checkResponsible(userId) {
      if (switches.dismissedResponsible === 'taken' || userId === undefined || userId === null) return;
      if (users.isDismissed(Number(userId)))
        throw new RestError(400, 'CRM_FIELD_ERROR_VALUE_NOT_VALID', 'Invalid value for field "ASSIGNED_BY_ID"');
    },
    onChange(change) {
      stateFile?.append(store.entryOf(change.kind, change.id));
      if (change.isSilent) return;
      for (const event of eventsOf(change, switches)) announce({ ...event, ...hidden(change) });
    },
  });
  const stateFile = options.stateFile ? new StateFile(options.stateFile, { store, users, apps }) : null;
  stateFile?.load();
  const methods: MethodTable = {
    ...makeItemMethods(store, switches, rights),
    ...makeLegacyMethods({ store, switches, rights }),
    ...makeMergeMethods(store, rights),
    ...makeUserFieldMethods({ store, rights, announce }),
    ...makeDictionaryMethods(store, rights, switches),
    ...makeRequisiteMethods(requisites, store, rights),
    ...makeTaskMethods(tasks, users, switches),
    ...makeCommonMethods({ switches, state, methods: () => methods }),
    ...makeUserMethods(users, switches),
    ...makeAppMethods(state),
    ...notices.methods(users),
    ...apps.methods,
  };
  const executor = new Executor({
    methods: closedToGuests(methods, users),
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
  const isConnected = () => apps.list().some(({ isInstalled }) => isInstalled) || journal.calls().length > 0;
  const simulation = new Simulation({ journal, isConnected });
  simulation.troubles.teach(
    ...makePortalTroubles({
      faults,
      switches,
      rights,
      store,
      companies: tables.company,
      merge: makeMerge(store),
      oauth,
    }),
  );
  const control = new ControlApi({
    ...{ tables, journal, session, noteSave: () => simulation.noteSave() },
    routes: {
      ...makeSimulationControl(simulation),
      ...makeAppControl({ oauth, apps, users, switches, session, memberId, host }),
      ...makeWebhookControl({ credentials, outgoing, session, users, host }),
    },
  });
  const server = await startServer(
    {
      ...{ answered, certificates, credentials, executor, faults, limits, state, switches, workers, control },
      authenticateToken(token) {
        if (!oauth) throw new RestError(401, 'NO_AUTH_FOUND', 'Wrong authorization data');
        return authenticateToken({ oauth, apps: apps.records, users, switches, memberId }, token);
      },
      ...(oauth && {
        authorize: (response, url) =>
          answerAuthorize({ oauth, apps: apps.records, memberId, host, userId: () => session.userId }, response, url),
      }),
    },
    options.port ?? 0,
  );
  if (stateFile) {
    // A chain that went on without being kept would be dead after the next start; so would what an app has bound.
    oauth?.tokens.onIssue(() => stateFile.save());
    journal.subscribe(({ kind, write, method }) => {
      if (kind === 'call' && write && !method.startsWith('crm.')) stateFile.save();
    });
  }
  // Records are kept at once; people every two seconds.
  const saving = stateFile ? setInterval(() => stateFile.save(), 2000) : undefined;

  return {
    get origin(): string {
      return `https://${host()}`;
    },
    get host(): string {
      return host();
    },
    memberId,
    caPem: certificates.caPem,
    caFile: certificates.caFile,
    switches,
    journal,
    faults,
    limits,
    events: delivery,
    store,
    users,
    notices,
    rights,
    requisites,
    tasks,
    workers,
    answered,
    state,
    session,
    apps,
    simulation,
    /** How far the portal's clock runs ahead of ours. */
    clock,

    addWebhook(webhookOptions: Parameters<Credentials['add']>[0] = {}): PortalWebhook {
      const webhook = credentials.add(webhookOptions);
      return {
        url: `https://${host()}/rest/${webhook.userId}/${webhook.secret}/`,
        secret: webhook.secret,
        userId: webhook.userId,
        revoke: () => credentials.remove(webhook),
        setScopes: (scopes) => {
          webhook.scopes = scopes;
        },
      };
    },

    /** Subscribes a handler to events, as an administrator does in the portal's settings. */
    addOutgoingWebhook(handler: Parameters<OutgoingWebhooks['add']>[0]) {
      return outgoing.add(handler);
    },

    /** Moves the portal to another host, as a rename does: the old one answers 302, `member_id` stays. */
    rename: (port?: number) => server.move(port),

    /** Changes what the portal's plan contains. */
    setPlan(plan: Partial<Plan>): void {
      Object.assign(state.plan, plan);
    },

    /** The portal is gone: every call is answered with PORTAL_DELETED. */
    delete(): void {
      state.isDeleted = true;
    },

    /** What a person does in the portal's pages. */
    records: (kind: RecordKind) => tables[kind],
    recycleBin: makeRecycleBin(store),
    /** What a person does on the page of duplicates; returns the id that survives, which is the first. */
    merge: makeMerge(store),

    async stop(): Promise<void> {
      clearInterval(saving);
      await delivery.stop();
      await server.stop();
      stateFile?.save();
    },
  };
}
