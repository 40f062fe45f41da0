import type { Entity } from '../../lib/records.ts';
import type { AskReason, Judged } from './match.ts';
import { type MergeInput, type MergeResult, merge, type StageMove } from './merge.ts';
import type { Outside } from './scope.ts';
import type { Settings } from './settings.ts';

export type MappingState = 'linked' | 'unlinked' | 'orphaned';

export interface PlanInput {
  entity: Entity;
  settings: Settings;
  /** Null when no mapping ties the two sides. */
  mapping: MappingState | null;
  /** The local record is there and not deleted. */
  localPresent: boolean;
  /** `gone` only when the portal itself said so; `none` when no Bitrix24 id is known. */
  remote: 'present' | 'gone' | 'none';
  /** The Bitrix24 record carries our origin. */
  remoteIsOurs: boolean;
  /** The Bitrix24 record was made by a create of ours that was never settled. */
  unsettled: boolean;
  /** Other local records stand for the same Bitrix24 record: it is not gone with this one. */
  othersStand: boolean;
  /** A person asked for records that only the portal has. */
  importAsked: boolean;
  /** Both sides as they are; asked for only when both are present. */
  merging: () => MergeInput;
}

/** A record of the portal as a person is to see it, with what speaks for it and against it. */
export interface CandidateFacts extends Judged {
  title: string | null;
  email: string | null;
  phone: string | null;
  inn: string | null;
}

export type Plan =
  /** Outside of the scope, or of the filter of the runs that ask for it: nothing is written on either side; `ends`: it is linked no more. */
  | { action: 'exclude'; by: Outside; of: 'scope' | 'run'; ends: boolean }
  | { action: 'nothing' | 'skip'; why?: string }
  /** It may be the same as one of these records of the portal: a person decides, nothing is made or linked until then. */
  | { action: 'wait'; reason: AskReason; candidates: readonly CandidateFacts[] }
  /** Both sides are there: write what differs; `link` also makes or revives the mapping. */
  | { action: 'update'; merge: MergeResult }
  /** `reopen` takes a deal back that we had closed: apply/deal-stages.ts. */
  | { action: 'link'; merge: MergeResult; reopen?: StageMove | null }
  | { action: 'create_remote' | 'create_local' }
  /** The local record was deleted; `keptStage` is the final stage of a deal that keeps its outcome. */
  | { action: 'unlink'; keptStage?: string }
  /** `move` is chosen where the funnel's stages are known: apply/deal-stages.ts. */
  | { action: 'close_remote'; move?: StageMove }
  | { action: 'delete_remote' }
  /** The Bitrix24 record was deleted. */
  | { action: 'orphan' | 'delete_local' }
  /** Both are gone. */
  | { action: 'forget' };

/**
 * Decides what to do with one record pair. Pure: all policy about presence and deletion lives here, all policy about values in
 * `merge`. A deletion is planned only from a certain absence, never from an empty answer.
 */
export function plan(input: PlanInput): Plan {
  const { entity, settings, mapping, localPresent, remote } = input;
  if (localPresent && remote === 'present') {
    const result = merge(input.merging());
    return { action: mapping === 'linked' ? 'update' : 'link', merge: result };
  }
  // Its local record was deleted before the create was known to have worked: the policy holds for it all the same.
  if (remote === 'present' && input.unsettled) return planAbandoned(input);
  if (mapping === null) return planStranger(input);
  if (!localPresent && remote === 'gone') return { action: 'forget' };
  if (!localPresent) {
    if (mapping !== 'linked') return { action: 'skip', why: 'local_deleted' };
    return planAbandoned(input);
  }
  if (mapping === 'orphaned') return { action: 'skip', why: 'orphaned' };
  if (mapping === 'unlinked') return create(input);
  return planRemoteDeleted(entity, settings);
}

function planStranger(input: PlanInput): Plan {
  if (input.localPresent) return create(input);
  if (input.remote !== 'present') return { action: 'skip', why: 'gone' };
  // Ours, but its local record is deleted (or belongs to another tenant): never imported back.
  if (input.remoteIsOurs) return { action: 'skip', why: 'local_deleted' };
  const isOn = input.importAsked || input.settings.import_new[input.entity];
  const wanted = isOn && input.settings.directions[input.entity] !== 'to_bitrix';
  return wanted ? { action: 'create_local' } : { action: 'skip', why: 'import_is_off' };
}

function create({ entity, settings }: PlanInput): Plan {
  if (settings.directions[entity] === 'from_bitrix') return { action: 'skip', why: 'direction' };
  return { action: 'create_remote' };
}

function planAbandoned({ entity, settings, othersStand }: PlanInput): Plan {
  return othersStand ? { action: 'unlink' } : planLocalDeleted(entity, settings);
}

/** What the policy does with the Bitrix24 record of a local one that was deleted. */
export function planLocalDeleted(entity: Entity, settings: Settings): Plan {
  const policy = settings.directions[entity] === 'from_bitrix' ? 'keep' : settings.on_local_delete[entity];
  if (policy === 'delete') return { action: 'delete_remote' };
  // Only deals have stages to be closed in.
  if (policy === 'close' && entity === 'object') return { action: 'close_remote' };
  return { action: 'unlink' };
}

/** What the policy does with the local record of a Bitrix24 one that was deleted. */
export function planRemoteDeleted(entity: Entity, settings: Settings): Plan {
  const policy = settings.on_bitrix24_delete[entity];
  const direction = settings.directions[entity];
  if (policy === 'recreate' && direction !== 'from_bitrix') return { action: 'create_remote' };
  if (policy === 'delete' && direction !== 'to_bitrix') return { action: 'delete_local' };
  return { action: 'orphan' };
}
