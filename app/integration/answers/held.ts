import { z } from 'zod';
import { list, pagination, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

export const heldDeletionAnswer = z
  .object({
    id: z.int(),
    entity: z.enum(entities),
    local_id: z.int(),
    bitrix24_id: z.string(),
    action: z.enum(['delete_local', 'delete_remote', 'close_remote', 'create_remote']),
    name: z.string().nullable(),
    since: time,
    state: z.enum(['held', 'confirmed', 'restored']),
    decided_by: z.string().nullable(),
    decided_at: time.nullable(),
  })
  .meta({ id: 'HeldDeletion', description: 'A held deletion as the table has it.' });

const listed = heldDeletionAnswer
  .extend({ mapping_id: z.int().nullable() })
  .meta({ id: 'ListedHeldDeletion', description: 'A held deletion, with the mapping that leads to its record.' });

export const heldAnswer = z.object({ held: list(listed), pagination });

export const heldConfirmedAnswer = z.object({ confirmed: z.int() });

export const heldRestoredAnswer = z.object({
  restored: z.int(),
  failed: list(z.object({ id: z.int(), code: z.string(), error: z.string() })),
});
