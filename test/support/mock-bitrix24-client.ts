import type {
  Bitrix24Client,
  FieldInfo,
  RecordAnswer,
  RemoteRecord,
  Requisite,
  WriteCommand,
  WriteOutcome,
} from '../../app/bitrix24/client.ts';
import type { Bitrix24Error } from '../../app/bitrix24/errors.ts';
import type { Multifield, RemoteChanges } from '../../app/field-maps/types.ts';
import { type Entity, originator } from '../../app/lib/records.ts';
import { emptyFields, itemName } from './mock-fields.ts';
import { fitsFilter, toAnswer, toListed } from './mock-lists.ts';
import { type MockTasks, makeMockTasks } from './mock-tasks.ts';
import { type MockErrorOptions, mockError, mockRecord } from './mock-values.ts';

export interface RecordedCall {
  method: keyof Bitrix24Client;
  args: readonly unknown[];
}

/** A portal in memory behind the same interface as the real client: for tests that need no wire. Every call is recorded. */
export class MockBitrix24Client implements Bitrix24Client {
  readonly portal: string;
  readonly tasks: MockTasks = makeMockTasks(() => this.#enter('tasks', []));
  readonly calls: RecordedCall[] = [];
  /** What a test looks at and changes: the portal's records by id. */
  readonly records: Record<Entity, Map<number, RemoteRecord>> = {
    contract: new Map(),
    user: new Map(),
    object: new Map(),
  };
  /** Requisites of companies. */
  requisites: Requisite[] = [];
  /** Answer of `scope`. */
  scopes = ['crm'];
  /** Commands of one `write`. */
  commandsPerBatch = 50;
  /** Decides over single commands: an error refuses one. */
  refuse: ((command: WriteCommand) => Bitrix24Error | undefined) | null = null;
  #failure: Bitrix24Error | null = null;
  #losesAnswers = false;
  #isHealthy = true;
  #nextId = 1;

  constructor(portal = 'portal.example') {
    this.portal = portal;
  }

  /** Whether every call fails; with which error: a portal that cannot be reached, or what `options` say. */
  setShouldFail(shouldFail: boolean, message = 'Test error', options: MockErrorOptions = {}): void {
    this.#failure = shouldFail ? mockError(message, options) : null;
  }

  /** Whether the portal answers to who asks how it is. */
  setHealthStatus(isHealthy: boolean): void {
    this.#isHealthy = isHealthy;
  }

  /** Whether writes are carried out while their answers get lost. */
  setLosesAnswers(loses: boolean): void {
    this.#losesAnswers = loses;
  }

  /** Calls of one method, in order. */
  callsOf(method: keyof Bitrix24Client): RecordedCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** Puts a record there as a person of the portal does; the id is the next one when none is given. */
  put(entity: Entity, values: Partial<RemoteRecord> = {}): RemoteRecord {
    const fields = { ...emptyFields(entity), ...values.fields };
    const record = mockRecord({ ...values, fields, id: values.id ?? this.#nextId });
    this.#nextId = Math.max(this.#nextId, record.id + 1);
    this.records[entity].set(record.id, record);
    return record;
  }

  async profile(...args: Parameters<Bitrix24Client['profile']>) {
    this.#enter('profile', args);
    if (!this.#isHealthy) throw mockError('The portal is not healthy');
    return { id: 1, isAdmin: true, name: 'Администратор Портала' };
  }

  async scope(...args: Parameters<Bitrix24Client['scope']>) {
    this.#enter('scope', args);
    return this.scopes;
  }

  refreshFields = async () => undefined;

  async lists(...args: Parameters<Bitrix24Client['lists']>) {
    this.#enter('lists', args);
    return new Map();
  }

  async choices(...args: Parameters<Bitrix24Client['choices']>) {
    this.#enter('choices', args);
    return { funnels: null, people: null, lists: null, unread: {}, readAt: new Date() };
  }

  async addUserField(...args: Parameters<Bitrix24Client['addUserField']>) {
    this.#enter('addUserField', args);
    return '1';
  }

  async proveMultifields(...args: Parameters<Bitrix24Client['proveMultifields']>) {
    this.#enter('proveMultifields', args);
  }

  async plan(...args: Parameters<Bitrix24Client['plan']>) {
    this.#enter('plan', args);
    return { family: null, daysLeft: null };
  }

  async notify(...args: Parameters<Bitrix24Client['notify']>) {
    this.#enter('notify', args);
    return true;
  }

  async fields(...args: Parameters<Bitrix24Client['fields']>) {
    this.#enter('fields', args);
    const names = new Set([...this.records[args[0]].values()].flatMap((record) => Object.keys(record.fields)));
    const infos = [...names].map((upperName): [string, FieldInfo] => [
      upperName,
      { upperName, itemName: itemName(upperName), type: 'string', title: upperName, ...noFlags },
    ]);
    return new Map(infos);
  }

  async read(...args: Parameters<Bitrix24Client['read']>) {
    this.#enter('read', args);
    const [entity, ids] = args;
    const found = ids.flatMap((id) => this.records[entity].get(id) ?? []);
    return new Map(found.map((record) => [record.id, structuredClone(record)]));
  }

  async find(...args: Parameters<Bitrix24Client['find']>) {
    this.#enter('find', args);
    return structuredClone(this.records[args[0]].get(args[1]) ?? null);
  }

  async glance(...args: Parameters<Bitrix24Client['glance']>) {
    this.#enter('glance', args);
    return structuredClone(this.records[args[0]].get(args[1]) ?? null);
  }

  async findAll(...args: Parameters<Bitrix24Client['findAll']>) {
    this.#enter('findAll', args);
    const [entity, ids] = args;
    return new Map(ids.map((id) => [id, structuredClone(this.records[entity].get(id) ?? null)]));
  }

  async readEach(...args: Parameters<Bitrix24Client['readEach']>) {
    const found = await this.read(...args);
    return new Map(args[1].map((id): [number, RecordAnswer] => [id, toAnswer(found.get(id), 'absent')]));
  }

  async verifyEach(...args: Parameters<Bitrix24Client['verifyEach']>) {
    const found = await this.findAll(...args);
    return new Map(args[1].map((id): [number, RecordAnswer] => [id, toAnswer(found.get(id), 'gone')]));
  }

  async findByOrigin(...args: Parameters<Bitrix24Client['findByOrigin']>) {
    this.#enter('findByOrigin', args);
    const [entity, originIds] = args;
    const isAsked = ({ originatorId, originId }: RemoteRecord) =>
      originatorId === originator && originIds.includes(originId ?? '');
    return this.#sorted(entity).filter(isAsked);
  }

  async findReachable(...args: Parameters<Bitrix24Client['findReachable']>) {
    this.#enter('findReachable', args);
    const values = [...args[1].emails, ...args[1].phones];
    const isMeant = ({ multifields }: RemoteRecord) => multifields.some(({ value }) => values.includes(value));
    return [...this.records[args[0]].values()].filter(isMeant).map(({ id }) => id);
  }

  async findRequisites(...args: Parameters<Bitrix24Client['findRequisites']>) {
    this.#enter('findRequisites', args);
    const [{ field, values }] = args;
    const isMeant = ({ inn, companyId }: Requisite) => values.includes(String(field === 'RQ_INN' ? inn : companyId));
    return this.requisites.filter(isMeant);
  }

  async findByField(...args: Parameters<Bitrix24Client['findByField']>) {
    this.#enter('findByField', args);
    const [entity, { field, values }] = args;
    return this.#sorted(entity).filter((record) => values.includes(String(record.fields[field])));
  }

  async stepSize(...args: Parameters<Bitrix24Client['stepSize']>) {
    this.#enter('stepSize', args);
    return { size: this.commandsPerBatch, cost: 0.05 };
  }

  async write(...args: Parameters<Bitrix24Client['write']>) {
    this.#enter('write', args);
    const outcomes = args[0].map((command) => this.#apply(command));
    if (this.#losesAnswers) throw mockError('The answer is lost', { uncertain: true });
    return outcomes;
  }

  async importSilently(...args: Parameters<Bitrix24Client['importSilently']>) {
    this.#enter('importSilently', args);
    const [entity, items] = args;
    return items.map((item) => this.#apply({ operation: 'create', entity, ...item }));
  }

  async list(...args: Parameters<Bitrix24Client['list']>) {
    this.#enter('list', args);
    const [entity, filter, afterId] = args;
    const records = this.#sorted(entity).filter((record) => record.id > afterId && fitsFilter(record, filter));
    return { records: records.map(toListed), last: true, serverTime: new Date() };
  }

  async firstPages(...args: Parameters<Bitrix24Client['firstPages']>) {
    this.#enter('firstPages', args);
    const [entity, lists] = args;
    const pages = lists.map(({ filter, afterId }) => {
      const records = this.#sorted(entity).filter((record) => record.id > afterId && fitsFilter(record, filter));
      return { records: records.map(toListed), last: true };
    });
    return { pages, serverTime: new Date() };
  }

  async count(...args: Parameters<Bitrix24Client['count']>) {
    this.#enter('count', args);
    return this.#sorted(args[0]).filter((record) => fitsFilter(record, args[1])).length;
  }

  async users(...args: Parameters<Bitrix24Client['users']>) {
    this.#enter('users', args);
    return new Map(args[0].filter((id) => id === 1).map((id) => [id, 'Анна Смирнова']));
  }

  async proveTimeFilter(...args: Parameters<Bitrix24Client['proveTimeFilter']>) {
    this.#enter('proveTimeFilter', args);
    return 'honoured' as const;
  }

  async stages(...args: Parameters<Bitrix24Client['stages']>): ReturnType<Bitrix24Client['stages']> {
    this.#enter('stages', args);
    return [
      { id: 'NEW', semantics: 'P' },
      { id: 'WON', semantics: 'S' },
      { id: 'LOSE', semantics: 'F' },
    ];
  }

  clearCache(): void {
    this.calls.push({ method: 'clearCache', args: [] });
  }

  #enter(method: keyof Bitrix24Client, args: readonly unknown[]): void {
    this.calls.push({ method, args });
    if (this.#failure) throw this.#failure;
  }

  #sorted(entity: Entity): RemoteRecord[] {
    return [...this.records[entity].values()].sort((a, b) => a.id - b.id).map((record) => structuredClone(record));
  }

  #apply(command: WriteCommand): WriteOutcome {
    const error = this.refuse?.(command);
    if (error) return { ok: false, error };
    const table = this.records[command.entity];
    if (command.operation === 'create') {
      const origin = { originatorId: originator, originId: command.originId };
      return this.#change(command.entity, this.put(command.entity, origin), command.changes);
    }
    const known = table.get(command.id);
    if (!known)
      return { ok: false, error: mockError('Not found', { code: 'NOT_FOUND', kind: 'gone', retryable: false }) };
    if (command.operation === 'delete') {
      table.delete(command.id);
      return { ok: true, id: command.id };
    }
    return { ...this.#change(command.entity, known, command.changes), before: structuredClone(known) };
  }

  #change(entity: Entity, record: RemoteRecord, changes: RemoteChanges): WriteOutcome & { ok: true } {
    let multifields = [...record.multifields];
    for (const change of changes.multifields) {
      if (change.id === undefined) multifields.push({ ...change, id: this.#nextId++ });
      else if (change.value === '') multifields = multifields.filter((item) => item.id !== change.id);
      else multifields = multifields.map((item): Multifield => (item.id === change.id ? { ...item, ...change } : item));
    }
    const fields = { ...record.fields, ...changes.fields };
    const { ORIGINATOR_ID = record.originatorId, ORIGIN_ID = record.originId } = changes.fields;
    const origin = { originatorId: ORIGINATOR_ID as string | null, originId: ORIGIN_ID as string | null };
    const changed = { ...record, ...origin, fields, multifields, modifiedAt: new Date() };
    this.records[entity].set(record.id, changed);
    return { ok: true, id: record.id, record: structuredClone(changed) };
  }
}

const noFlags = { id: null, isReadOnly: false, isMultiple: false, isRequired: false, options: [], statusType: null };
