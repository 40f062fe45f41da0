import { z } from 'zod';
import { list, time } from '../../http/answers.ts';
import { entities } from '../../lib/records.ts';

/** A kind of record that the portal does not let the connection read. */
const unreadable = z.object({ code: z.string(), kind: z.enum(entities), message: z.string() });

export const setupAnswer = z
  .object({
    connected: z.boolean(),
    kind: z.enum(['webhook', 'installation']).nullable(),
    portal: z.string().nullable(),
    scope: list(z.string()),
    user_id: z.int().nullable(),
    outgoing_token_set: z.boolean(),
    outgoing_token_waits: z.boolean(),
    client_id: z.string().nullable(),
    client_secret_set: z.boolean(),
    events_url: z.string().nullable(),
    app_url: z.string().nullable(),
    install_url: z.string().nullable(),
    warnings: list(unreadable),
  })
  .meta({ id: 'Setup' });

const brief = z.object({
  service: z.string(),
  healthy: z.boolean(),
  status: z.enum(['healthy', 'degraded', 'paused', 'down']),
  timestamp: time,
  error: z.string().optional(),
  code: z.string().optional(),
  faults: list(
    z.object({
      scope: z.enum(['search', 'kind', 'method', 'connection']),
      subject: z.string(),
      code: z.string(),
      text: z.string(),
      advice: z.string().nullable(),
      since: time,
      next_try_at: time.nullable(),
      attempts: z.int(),
      waits: z.object({ text: z.string(), count: z.int() }),
    }),
  ),
  notices: list(z.object({ code: z.string(), message: z.string() })),
  connection: z
    .object({
      kind: z.enum(['webhook', 'installation']).optional(),
      portal: z.string().optional(),
      state: z.enum(['active', 'suspended']).optional(),
    })
    .nullable(),
});

const pause = z.object({ since: time, by: z.string(), by_name: z.string().nullable() });

const whole = brief.extend({
  connection: z
    .object({
      kind: z.enum(['webhook', 'installation']).optional(),
      portal: z.string().optional(),
      scope: list(z.string()).optional(),
      state: z.enum(['active', 'suspended']).optional(),
      paused_until: time.nullable().optional(),
      pause_reason: z.string().nullable().optional(),
      token: z.object({ refreshed_at: time, age_sec: z.int() }).nullable(),
    })
    .nullable(),
  complete_until: time.nullable().describe('Every change up to this moment is applied.'),
  queue: z.object({ depth: z.int(), oldest_at: time.nullable(), due: z.int(), resting: z.int() }),
  paused: z.object({
    tenant: pause.nullable(),
    kinds: list(pause.extend({ kind: z.enum(entities) })),
    records: z.int(),
  }),
  last_event_at: time.nullable(),
  last_error: z.object({ code: z.string(), message: z.string(), kind: z.string(), at: time }).nullable(),
  held: z.int().describe('Deletions that wait for a person.'),
  reason: z.object({ code: z.literal('queue_is_late'), text: z.string(), since: time }).optional(),
});

/** The whole report, or what visitors of the pages may know who see no lists. */
export const healthAnswer = z.union([whole.meta({ id: 'Health' }), brief.meta({ id: 'HealthBrief' })]);

export const cacheAnswer = z.object({ cleared: z.boolean() });

export const rightsAnswer = z.object({
  granted: list(z.string()),
  unreadable: list(unreadable),
});
