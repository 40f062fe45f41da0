import { z } from 'zod';
import { list, pagination, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

export const visitorActionAnswer = z
  .object({
    id: z.int(),
    actor: z.string().describe('As the session names the visitor.'),
    actor_name: z.string().nullable().describe('As the portal names them; null when it never did.'),
    action: z.string(),
    local_type: z.enum(entities).nullable(),
    local_id: z.int().nullable(),
    bitrix24_id: z.string().nullable(),
    created_at: time,
  })
  .meta({ id: 'VisitorAction' });

export const actionsAnswer = z.object({ actions: list(visitorActionAnswer), pagination });
