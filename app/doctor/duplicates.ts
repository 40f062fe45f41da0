import { chunks } from '../bitrix24/read-commands.ts';
import { entities } from '../lib/records.ts';
import { closeDuplicates, listDuplicates } from '../sync/journal/duplicate-report.ts';
import type { DoctorDeps } from './check.ts';

/** Commands of one request. */
const mostAtOnce = 50;

/**
 * Closes the reports of surplus records that people have deleted, or taken the origin off, and has all others looked for. Records are left
 * alone: which of two is the surplus one is for a person to say. Throws `Bitrix24Error`. Repeat-safe.
 */
export async function lookAtDuplicates(
  { db, clientFor, lookForDuplicates }: DoctorDeps,
  tenantId: number,
): Promise<void> {
  const client = await clientFor(tenantId);
  const reported = await listDuplicates(db, tenantId);
  for (const entity of entities) {
    const ids = reported.filter((one) => one.entity === entity).map(({ remoteId }) => remoteId);
    for (const some of chunks(ids, mostAtOnce)) {
      const answers = await client.verifyEach(entity, some, { urgency: 'interactive' });
      const mended = some.filter((id) => {
        const answer = answers.get(id);
        return answer?.state === 'gone' || (answer?.state === 'present' && answer.record.originId === null);
      });
      if (mended.length > 0) await closeDuplicates(db, tenantId, entity, mended);
    }
  }
  await lookForDuplicates(tenantId);
}
