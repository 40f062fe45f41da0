import type { CallOptions, RecordAnswer } from '../../bitrix24/client.ts';
import { Bitrix24Error } from '../../bitrix24/errors.ts';
import { scopeOf } from '../faults/scope.ts';
import type { SyncContext } from '../pair.ts';

type ReadContext = Pick<SyncContext, 'client' | 'entity' | 'options'>;
type Read = (ids: readonly number[]) => Promise<Map<number, RecordAnswer>>;

/**
 * What the portal says of each record: listed fifty ids a command; what a list does not show is asked for by its id, because only
 * `crm.item.get` can say that a record does not exist, unless it is not worth a request. A read that fails is split until the record that cannot be read is found. Throws
 * `Bitrix24Error` when the failure is not one record's: the kind's, the method's or the connection's.
 */
export async function readRemote(
  context: ReadContext,
  ids: readonly number[],
  isWorthVerifying: (id: number) => boolean = () => true,
): Promise<Map<number, RecordAnswer>> {
  const { client, entity, options } = context;
  if (ids.length === 0) return new Map();
  const asksPlainly = remember(() => answersPlainly(context));
  const listed = await splitting((part) => client.readEach(entity, part, options), ids, asksPlainly);
  const failed = [...listed.values()].flatMap((answer) => (answer.state === 'failed' ? [answer.error] : []));
  throwCommon(failed, listed.size, context);
  const isOpen = (id: number) => {
    const state = listed.get(id)?.state;
    return state === 'failed' || (state === 'absent' && isWorthVerifying(id));
  };
  const open = ids.filter(isOpen);
  const verified = await splitting((part) => client.verifyEach(entity, part, options), open, asksPlainly);
  for (const answer of verified.values()) if (answer.state === 'failed') throwUnlessRecords(answer.error, context);
  const answers = new Map([...listed, ...verified]);
  await throwIfKindIsHidden(context, answers);
  return answers;
}

/**
 * A portal may answer with an empty list where a kind may not be read: when every record that was asked for is denied, and a list of all
 * shows none either, the right to the kind is gone.
 */
async function throwIfKindIsHidden(context: ReadContext, answers: ReadonlyMap<number, RecordAnswer>): Promise<void> {
  const errors = [...answers.values()].flatMap((answer) => (answer.state === 'failed' ? [answer.error] : []));
  const [first] = errors;
  const isDenied = errors.length === answers.size && errors.every(({ code }) => code.toLowerCase() === 'access_denied');
  if (!first || !isDenied) return;
  const { pages } = await context.client.firstPages(context.entity, [{ filter: {}, afterId: 0 }], context.options);
  if (pages.every(({ records }) => records.length === 0)) throw first;
}

/** Reads; a request that fails as a whole although the portal answers a plain question is sent again in two halves. */
async function splitting(
  read: Read,
  ids: readonly number[],
  asksPlainly: () => Promise<boolean>,
): Promise<Map<number, RecordAnswer>> {
  if (ids.length === 0) return new Map();
  try {
    return await read(ids);
  } catch (error) {
    if (!(error instanceof Bitrix24Error) || error.kind !== 'network' || !(await asksPlainly())) throw error;
    const [only] = ids;
    if (ids.length === 1 && only !== undefined) return new Map([[only, { state: 'failed', error }]]);
    const middle = Math.ceil(ids.length / 2);
    const first = await splitting(read, ids.slice(0, middle), asksPlainly);
    const second = await splitting(read, ids.slice(middle), asksPlainly);
    return new Map([...first, ...second]);
  }
}

/** A failure of every list command is the kind's; one that concerns more than records is thrown in any case. */
function throwCommon(
  errors: readonly Bitrix24Error[],
  asked: number,
  context: { entity: SyncContext['entity'] },
): void {
  const [first] = errors;
  if (!first) return;
  for (const error of errors) throwUnlessRecords(error, context);
  const isCommon = errors.length === asked && errors.every(({ code }) => code === first.code);
  if (isCommon && scopeOf(first, { step: 'list', entity: context.entity, name: 'crm.item.list' }).scope === 'kind') {
    throw first;
  }
}

function throwUnlessRecords(error: Bitrix24Error, { entity }: { entity: SyncContext['entity'] }): void {
  const place = { step: 'verify', entity, name: 'crm.item.get', portalAnswers: true } as const;
  if (scopeOf(error, place).scope !== 'record') throw error;
}

/** Whether the portal answers a plain question: then a failed request failed because of what it asked. */
export async function answersPlainly({
  client,
  options,
}: {
  client: SyncContext['client'];
  options: CallOptions;
}): Promise<boolean> {
  try {
    await client.profile({ ...options, urgency: 'interactive' });
    return true;
  } catch {
    return false;
  }
}

function remember<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let answer: Promise<Value> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
