import type { Application } from '../bitrix24/app-api.ts';
import type { Checkup } from '../bitrix24/checkup-api.ts';
import type { Bitrix24Client } from '../bitrix24/client.ts';
import type { LimitUsage } from '../bitrix24/limits/usage.ts';
import type { Clock } from '../lib/clock.ts';
import type { Text } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Database } from '../models/database.ts';

/** What is looked at, in this order. */
export const checkNames = [
  'installation',
  'rights',
  'administrator',
  'token',
  'address',
  'events',
  'round_trip',
  'placements',
  'offline',
  'clock',
  'plan',
  'limits',
  'schema',
  'changed_filter',
  'duplicates',
] as const;
export type CheckName = (typeof checkNames)[number];

/** `unknown`: it could not be looked at, or there is nothing to judge by. */
export const checkStates = ['ok', 'warning', 'broken', 'unknown'] as const;

/** What a check saw, and, where something is wrong, what to do about it. */
export interface Finding {
  state: (typeof checkStates)[number];
  saw: Text;
  advice?: Text;
}

/** What the doctor is told of a company's connection. */
export interface ConnectionFacts {
  kind: 'webhook' | 'installation';
  state: 'active' | 'suspended';
  /** `host[:port]`. */
  portal: string;
  outgoingTokenSet: boolean;
  lastEventAt: Date | null;
}

/** What the doctor is told of the application in the portal. */
export interface InstallationFacts {
  failedSteps: { code: string; text: Text }[];
  waitingSteps: number;
  refreshedAt: Date;
  offline: 'none' | 'plain' | 'extended';
}

/** Where a doctor looks; the portal is asked by one request after another, within its limits. */
export interface DoctorDeps {
  db: Database;
  clock: Clock;
  publicUrl: string | undefined;
  /** Events and tabs that a portal should have bound, and where. Throws `public_url_missing`. */
  wanted(): { events: readonly string[]; eventsUrl: string; tabs: readonly { name: string; handler: string }[] };
  connectionOf(tenantId: number): Promise<ConnectionFacts | null>;
  installationOf(tenantId: number): Promise<InstallationFacts | null>;
  clientFor(tenantId: number): Promise<Bitrix24Client>;
  /** Throws `not_found` where no application is installed. */
  applicationOf(tenantId: number): Promise<Application>;
  checkupOf(tenantId: number): Promise<Checkup>;
  usageOf(portal: string): Promise<LimitUsage>;
  /** Changes of fields and lists that touch pairs. */
  schemaOf(tenantId: number): Promise<{ readAt: Date | null; touching: number }>;
  /** Asks the portal anew; null where no record is linked yet. */
  proveTimeFilter(tenantId: number): Promise<'honoured' | 'ignored' | null>;
  /** Brings events, offline queue, tabs and fields in order. Repeat-safe. */
  bind(tenantId: number, log: Log): Promise<void>;
  renewToken(tenantId: number): Promise<void>;
  /** Has every record with our origin looked at. */
  lookForDuplicates(tenantId: number): Promise<void>;
}

export interface Patient {
  tenantId: number;
  connection: ConnectionFacts;
  /** Null for a webhook. */
  installation: InstallationFacts | null;
}

export type Check = (deps: DoctorDeps, patient: Patient) => Promise<Finding>;
