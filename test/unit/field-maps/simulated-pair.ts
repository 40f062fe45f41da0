import { diffRemote } from '../../../app/field-maps/remote-changes.ts';
import type { Canonical, FieldMap, LocalRecord, Multifield, RemoteValues } from '../../../app/field-maps/types.ts';
import { type FieldConflict, isUneventful, merge } from '../../../app/sync/plan/merge.ts';
import { mergedRemote, nextShadows, type Shadows, shadowsOf, wantedRemote } from '../../../app/sync/plan/shadows.ts';

/** A record as a portal answers it: every field is named, empty ones too. */
function emptyRecord({ pairs }: FieldMap): RemoteValues {
  const names = pairs.flatMap((pair) => pair.remoteFields).filter((name) => name !== 'EMAIL' && name !== 'PHONE');
  return { fields: Object.fromEntries(names.map((name) => [name, null])), multifields: [] };
}

/** What a portal does to a value that it stores. */
export type Mangle = (field: string, value: unknown) => unknown;

/**
 * A record pair without network and database: the portal stores what it is sent after mangling it, and each pass does what the engine
 * does with one pair.
 */
export class SimulatedPair {
  readonly fieldMap: FieldMap;
  readonly mangle: Mangle;
  local: LocalRecord;
  remote: RemoteValues;
  shadows: Shadows;
  /** What the passes told of. */
  readonly conflicts: FieldConflict[] = [];
  /** The last pass left values that have no counterpart as they are. */
  hasUnmapped = false;
  #nextId = 1;

  constructor(fieldMap: FieldMap, local: LocalRecord, mangle: Mangle = (_field, value) => value) {
    this.fieldMap = fieldMap;
    this.mangle = mangle;
    this.local = local;
    this.remote = this.#store(wantedRemote(fieldMap, local));
    this.shadows = shadowsOf(fieldMap, local, this.remote);
  }

  /** One pass; returns the keys that were written to either side. */
  pass(): string[] {
    const result = merge({
      fieldMap: this.fieldMap,
      local: this.local,
      remote: this.remote,
      localShadow: this.shadows.local,
      remoteShadow: this.shadows.remote,
      policy: 'latest',
      direction: 'bidirectional',
      localModifiedAt: new Date(2),
      remoteModifiedAt: new Date(1),
      now: new Date('2026-03-02T12:00:00Z'),
    });
    this.conflicts.push(...result.conflicts);
    this.hasUnmapped = result.unmapped.length > 0;
    if (isUneventful(result)) return [];
    const before = { local: this.local, remote: this.remote };
    if (result.toRemote.length > 0) this.remote = this.#store(mergedRemote(result, this.remote, this.shadows.remote));
    for (const change of result.toLocal) this.local = { ...this.local, ...change.columns };
    this.shadows = nextShadows(this.fieldMap, this.shadows, result, {
      before,
      localAfter: result.toLocal.length > 0 ? this.local : null,
      remoteAfter: result.toRemote.length > 0 ? this.remote : null,
    });
    return [...result.toRemote, ...result.toLocal].map((change) => change.pair.key);
  }

  /** Passes until nothing is written any more; returns how many wrote something. Gives up after ten. */
  passesUntilQuiet(): number {
    for (let passes = 0; passes < 10; passes++) if (this.pass().length === 0) return passes;
    return 10;
  }

  value(key: string): { local: Canonical; remote: Canonical } {
    const pair = this.fieldMap.pairs.find((candidate) => candidate.key === key);
    if (!pair) throw new Error(`No pair ${key}`);
    return { local: pair.readLocal(this.local), remote: pair.readRemote(this.remote, this.shadows.remote) };
  }

  /** What a person does in the portal. */
  editRemote(fields: Record<string, unknown>): void {
    this.remote = { ...this.remote, fields: { ...this.remote.fields, ...fields } };
  }

  /** What a person does to the values of a multifield. */
  editMultifields(edit: (values: readonly Multifield[]) => readonly Multifield[]): void {
    const multifields = edit(this.remote.multifields).map((item) => ({ ...item, id: item.id ?? this.#nextId++ }));
    this.remote = { ...this.remote, multifields };
  }

  /** What a person or another program does in the CRM. */
  editLocal(columns: Record<string, unknown>): void {
    this.local = { ...this.local, ...columns };
  }

  /** Only what was sent is mangled: what the portal holds already stays as it is. */
  #store(wanted: RemoteValues): RemoteValues {
    const before = this.remote ?? emptyRecord(this.fieldMap);
    const changes = diffRemote(before, wanted);
    const fields = { ...before.fields };
    for (const [field, value] of Object.entries(changes.fields)) fields[field] = this.mangle(field, value);
    const sent = new Map(changes.multifields.filter((item) => item.id !== undefined).map((item) => [item.id, item]));
    const kept = before.multifields.flatMap((item) => {
      const change = sent.get(item.id);
      if (change?.value === '') return [];
      return [change ? this.#storeValue(change) : item];
    });
    const added = changes.multifields.filter((item) => item.id === undefined).map((item) => this.#storeValue(item));
    return { fields, multifields: [...kept, ...added] };
  }

  #storeValue(item: Multifield): Multifield {
    return { ...item, id: item.id ?? this.#nextId++, value: String(this.mangle(item.typeId, item.value)) };
  }
}
