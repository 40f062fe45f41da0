import { z } from 'zod';
import { list, pagination, time } from '../../http/answers.ts';

export const portalRequestAnswer = z
  .object({
    id: z.int(),
    sent_at: time,
    portal: z.string(),
    method: z.string(),
    methods: list(z.string()).describe('Methods of the commands of a batch.'),
    outcome: z.string(),
    code: z.string().nullable(),
    duration_ms: z.number(),
    command_count: z.int().nullable().describe('How many commands a batch has; null for a single request.'),
  })
  .meta({ id: 'PortalRequest' });

export const portalRequestWholeAnswer = portalRequestAnswer
  .extend({
    commands: z.unknown(),
    records: list(z.string()),
    request: z.string(),
    response: z.string(),
  })
  .meta({ id: 'PortalRequestWhole', description: 'A request with what was sent and answered, freed of secrets.' });

export const requestsAnswer = z.object({ items: list(portalRequestAnswer), pagination });
