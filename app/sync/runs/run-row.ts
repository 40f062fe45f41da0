import type { Entity, SyncDirection } from '../../lib/records.ts';
import type { SideRule } from '../plan/scope-settings.ts';
import type { CreatedChoice } from '../plan/undo-record.ts';
import type { Preview } from './preview-groups.ts';

/** How far a run's search for records has come; saved after every step, so that a killed worker goes on where it was. */
export interface ScanState {
  entity: Entity;
  /**
   * `known`: records that we know by id (dry runs), those of the CRM where the run goes both ways; `linked`: the portal's records of pairs
   * that were not among them; `new`: records that only the portal has.
   */
  step: 'known' | 'linked' | 'new';
  afterId: number;
  /** How many records that only the portal has were queued, where the run asks for the first ones only. */
  found?: number;
}

/** What an undo takes back, and what becomes of records that were created. */
export interface UndoRequest {
  run_id?: number;
  log_id?: number;
  created: CreatedChoice;
}

/** A row of `sync_runs`. Counters count queued records. */
export interface RunRow {
  id: number;
  tenant_id: number;
  kind: 'sync' | 'undo';
  /** Of an undo. */
  undo: UndoRequest | null;
  direction: SyncDirection;
  entities: Entity[];
  filter: { ids?: number[]; updated_since?: string; first?: number; crm?: SideRule; bitrix24?: SideRule };
  dry_run: boolean;
  silent: boolean;
  import_new: boolean;
  /** `scheduled`: it begins at `starts_at`. */
  state: 'scheduled' | 'running' | 'finished' | 'cancelled' | 'failed';
  scan: ScanState | null;
  total: number;
  done: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  /** Records that are outside of the scope or of the run's filter. */
  excluded: number;
  failed: number;
  conflicts: number;
  done_by_entity: Partial<Record<Entity, number>>;
  errors: unknown[];
  preview: unknown[];
  /** A dry run's findings by kind and group. */
  preview_groups: Preview;
  /** The settings that a dry run planned by, as a hash. */
  settings_seen: string | null;
  /** The dry run that this one was started from. */
  preview_id: number | null;
  starts_at: Date | null;
  requested_by: string | null;
  /** Where a run is shown: the name of somebody who works in the portal. */
  requested_by_name?: string | null;
  created_at: Date;
  finished_at: Date | null;
}
