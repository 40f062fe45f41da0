import { z } from 'zod';
import { list, pagination, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

export const matchCandidateAnswer = z
  .object({
    id: z.int(),
    title: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    inn: z.string().nullable(),
    agrees: list(z.string()),
    contradicts: list(z.string()),
  })
  .meta({
    id: 'MatchCandidate',
    description: 'A record of the portal that may be the same as one of ours, with what speaks for it and against it.',
  });

export const matchAnswer = z
  .object({
    id: z.int(),
    local_type: z.enum(entities),
    local_id: z.int(),
    reason: z.string(),
    candidates: list(matchCandidateAnswer),
    since: time,
    state: z.enum(['open', 'decided']),
    decision: z.enum(['link', 'create', 'ignore']).nullable(),
    bitrix24_id: z.string().nullable(),
    decided_by: z.string().nullable(),
    decided_at: time.nullable(),
  })
  .meta({ id: 'Match', description: 'A record that waits for a person.' });

const listed = matchAnswer
  .extend({
    local_name: z.string().nullable(),
    local_email: z.string().nullable(),
    local_phone: z.string().nullable(),
    local_inn: z.string().nullable(),
  })
  .meta({ id: 'ListedMatch', description: 'The same, with what the record is known by on our side.' });

export const matchesAnswer = z.object({ matches: list(listed), pagination });
