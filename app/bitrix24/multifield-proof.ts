import { pairKinds } from '../lib/records.ts';
import type { Command, CommandOutcome } from './batch.ts';
import type { Call } from './call-method.ts';
import type { CallOptions } from './client.ts';
import { brokenAnswer, withoutDoubt } from './error-table.ts';
import { Bitrix24Error } from './errors.ts';
import type { FieldNames } from './field-metadata.ts';
import type { Limits } from './limits/limits.ts';
import { itemsOf } from './list-answer.ts';
import { noteMultifields } from './read-record.ts';
import type { Transport } from './sdk.ts';
import { sendWrites } from './send-writes.ts';

export type MultifieldProof = ReturnType<typeof makeMultifieldProof>;

/** Makes the look whether a portal keeps the e-mails and phones that `crm.item.*` is sent: none is to be made without them. */
export function makeMultifieldProof({ transport, limits, call }: { transport: Transport; limits: Limits; call: Call }) {
  return {
    /** Looks at a record of the kind, once; false: the portal has none to look at. Throws `portal_too_old`. */
    async prove(names: FieldNames, options: CallOptions): Promise<boolean> {
      if (names.multifieldsProven) return true;
      const { entityTypeId } = pairKinds[names.entity];
      const params = { entityTypeId, select: ['*'], order: { id: 'ASC' }, start: -1 };
      try {
        const [first] = itemsOf((await call('crm.item.list', params, options)).result);
        if (first) noteMultifields(first, names);
        return first !== undefined;
      } catch (error) {
        throw error instanceof Bitrix24Error ? withoutDoubt(error) : error;
      }
    },

    /** Sends the first create of its kind alone and takes back what came out without what was sent. Throws `portal_too_old`. */
    async createFirst(
      names: FieldNames,
      command: Command,
      idsOf: (outcome: CommandOutcome) => number[],
      options: CallOptions,
    ): Promise<CommandOutcome> {
      const [[outcome] = []] = await sendWrites(transport, limits, [[command]], options);
      if (!outcome?.ok) return outcome ?? { ok: false, error: brokenAnswer('no_outcome', command.method) };
      const ids = idsOf(outcome);
      const [id] = ids;
      if (id === undefined) return outcome;
      const { entityTypeId } = pairKinds[names.entity];
      try {
        const { result } = await call('crm.item.get', { entityTypeId, id }, options);
        noteMultifields((result as { item?: unknown } | null)?.item, names);
      } catch (error) {
        if (!(error instanceof Bitrix24Error)) throw error;
        // What cannot be looked at is found by its origin.
        if (error.code !== 'portal_too_old') return outcome;
        const deletes = ids.map((one) => ({ method: 'crm.item.delete', params: { entityTypeId, id: one } }));
        await sendWrites(transport, limits, [deletes], options);
        throw error;
      }
      return outcome;
    },
  };
}
