import { z } from 'zod';
import { list, time } from '../../http/answers.ts';
import { installationStates } from './installation-states.ts';

const step = z.object({
  key: z.enum(['proved', 'company', 'events', 'offline', 'placements', 'fields']),
  state: z.enum(['waiting', 'failed', 'done']),
  at: time.optional(),
  code: z.string().optional(),
  error: z.string().optional(),
});

export const installationAnswer = z.union([
  z
    .object({
      state: z.enum(installationStates),
      kind: z.string(),
      portal: z.string(),
      member_id: z.string(),
      scope: list(z.string()),
      license: z.string().nullable(),
      events_proved: z.boolean(),
      offline_queue: z.enum(['none', 'plain', 'extended']),
      token_refreshed_at: time,
      steps: list(step),
    })
    .meta({ id: 'Installation' }),
  z.object({ state: z.literal('none'), portal: z.null(), steps: list(step) }),
]);

export const repeatAnswer = z.object({ started: z.boolean() });

export const disconnectedAnswer = z.object({ disconnected: z.boolean() });

export const authorizationAnswer = z.object({ authorize_url: z.string() });

export const linkCodeAnswer = z.object({ code: z.string(), expires_at: time });
