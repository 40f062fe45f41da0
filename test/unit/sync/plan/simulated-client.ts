import { fieldMapFor } from '../../../../app/field-maps/custom.ts';
import type {
  Canonical,
  FieldMap,
  FieldMapSettings,
  LocalRecord,
  RemoteValues,
} from '../../../../app/field-maps/types.ts';
import {
  emptyRemoteShadow,
  isUneventful,
  type MergeInput,
  merge,
  type RemoteShadow,
} from '../../../../app/sync/plan/merge.ts';
import type { ConflictPolicy } from '../../../../app/sync/plan/settings.ts';
import { mergedRemote, nextShadows, type Shadows, shadowsOf, wantedRemote } from '../../../../app/sync/plan/shadows.ts';
import { withKnowledgeOf } from '../../../../app/sync/plan/shared-shadows.ts';

const shared = ['client_name', 'client_email', 'client_phone'];

interface Member {
  local: LocalRecord;
  shadows: Shadows;
  modifiedAt: number;
}

/** Contracts of one client and their company without network and database: each pass does with every contract what the engine does. */
export class SimulatedClient {
  readonly members: Member[];
  remote: RemoteValues;
  /** Values that gave way, by field. */
  readonly conflicts: [key: string, value: Canonical][] = [];
  #remoteModifiedAt = 0;
  #now = 0;
  #nextId = 1;
  readonly #policy: ConflictPolicy;
  readonly #fieldMap: FieldMap;

  /** The first contract's create made the company; the others are linked by the passes. */
  constructor(contracts: readonly LocalRecord[], policy: ConflictPolicy, settings: FieldMapSettings = {}) {
    this.#policy = policy;
    this.#fieldMap = fieldMapFor('contract', settings);
    const listed = contracts.map((columns, index) => ({ ...columns, id: index + 1, number: `№ ${index + 1}` }));
    const empty = { local: {}, remote: emptyRemoteShadow };
    this.members = listed.map((local) => ({ local, shadows: empty, modifiedAt: 0 }));
    this.remote = { fields: {}, multifields: [] };
    const [first] = this.members;
    if (!first) return;
    this.remote = this.#store(wantedRemote(this.#fieldMap, this.#recordOf(first)));
    first.shadows = shadowsOf(this.#fieldMap, this.#recordOf(first), this.remote);
  }

  editContract(index: number, columns: Record<string, unknown>): void {
    const member = this.members[index];
    if (!member) return;
    member.local = { ...member.local, ...columns };
    member.modifiedAt = ++this.#now;
  }

  /** A manager changes values that are there; what people add beside ours is theirs. */
  editCompany(columns: Record<string, string>): void {
    const known = this.#knownBy(this.members[0]);
    this.remote = this.#fieldMap.pairs.reduce((remote, pair) => {
      const value = columns[pair.key];
      return value === undefined || pair.readRemote(remote, known) === null ? remote : pair.write(remote, value, known);
    }, this.remote);
    this.#remoteModifiedAt = ++this.#now;
  }

  /** Reconciles one contract with the company; returns the keys that were written to either side. */
  reconcile(index: number): string[] {
    const member = this.members[index];
    if (!member) return [];
    const input = this.#inputOf(member);
    const result = merge(input);
    for (const { key, localValue, remoteValue, winner } of result.conflicts)
      this.conflicts.push([key, winner === 'crm' ? remoteValue : localValue]);
    if (isUneventful(result)) return [];
    const shadows = { local: input.localShadow, remote: input.remoteShadow };
    const before = { local: input.local, remote: this.remote };
    const isSent = result.toRemote.length > 0;
    if (isSent) {
      this.remote = this.#store(mergedRemote(result, this.remote, shadows.remote));
      this.#remoteModifiedAt = ++this.#now;
    }
    for (const { columns } of result.toLocal) member.local = { ...member.local, ...columns };
    const localAfter = result.toLocal.length > 0 ? this.#recordOf(member) : null;
    member.shadows = nextShadows(this.#fieldMap, shadows, result, {
      before,
      localAfter,
      remoteAfter: isSent ? this.remote : null,
    });
    return [...result.toRemote, ...result.toLocal].map(({ pair }) => pair.key);
  }

  /** Looks at every contract in turn until nothing is written any more; returns in how many rounds something was. */
  settle(): number {
    for (let rounds = 0; rounds < 20; rounds++) {
      const written = this.members.flatMap((_, index) => this.reconcile(index));
      if (written.length === 0) return rounds;
    }
    return 20;
  }

  /** What each contract and the company hold of a shared field. */
  values(key: string): Canonical[] {
    const pair = this.#fieldMap.pairs.find((candidate) => candidate.key === key);
    if (!pair) throw new Error(`No pair ${key}`);
    const remote = pair.readRemote(this.remote, this.#knownBy(this.members[0]));
    // What a company without a client's name is called is no name.
    const shown = this.members[0] ? pair.readLocal({ ...pair.decode(remote, this.#recordOf(this.members[0])) }) : null;
    return [...this.members.map((member) => pair.readLocal(this.#recordOf(member))), shown];
  }

  /** Values of shared fields that were entered somewhere and that no contract was ever equal with its company in. */
  entered(): [key: string, value: Canonical][] {
    const pairs = this.#fieldMap.pairs.filter(({ key }) => shared.includes(key));
    return pairs.flatMap((pair) => {
      const agreed = this.members.flatMap(({ shadows }) => [shadows.local[pair.key], shadows.remote.values[pair.key]]);
      const present = this.members.flatMap((member) => {
        const { local, remote, remoteShadow } = this.#inputOf(member);
        return [pair.readLocal(local), pair.readRemote(remote, remoteShadow)];
      });
      const values = new Set(present.filter((value) => value !== null && !agreed.includes(value)));
      return [...values].map((value): [string, Canonical] => [pair.key, value]);
    });
  }

  #recordOf({ local }: Member): LocalRecord {
    return { ...local, client_contracts: this.members.map((member) => member.local) };
  }

  #knownBy(member: Member | undefined): RemoteShadow {
    if (!member) return emptyRemoteShadow;
    const others = this.members.filter((other) => other !== member).map(({ shadows }) => shadows.remote);
    return withKnowledgeOf(this.#fieldMap, member.shadows, others, this.remote).remote;
  }

  #inputOf(member: Member): MergeInput {
    const shadows = { local: member.shadows.local, remote: this.#knownBy(member) };
    return {
      fieldMap: this.#fieldMap,
      local: this.#recordOf(member),
      remote: this.remote,
      localShadow: shadows.local,
      remoteShadow: shadows.remote,
      policy: this.#policy,
      direction: 'bidirectional',
      localModifiedAt: new Date(member.modifiedAt),
      remoteModifiedAt: new Date(this.#remoteModifiedAt),
      now: new Date('2026-03-02T12:00:00Z'),
    };
  }

  #store(values: RemoteValues): RemoteValues {
    return { ...values, multifields: values.multifields.map((item) => ({ ...item, id: item.id ?? this.#nextId++ })) };
  }
}
