import { z } from 'zod';

export const sessionAnswer = z.object({
  token: z.string(),
  expires_in: z.int(),
  tenant_id: z.int(),
  role: z.enum(['admin', 'viewer', 'user']),
  user_id: z.int(),
  is_portal_admin: z.boolean(),
  sees: z.enum(['lists', 'none', 'all', 'cards']),
  edits: z.boolean(),
});

export const linkedAnswer = z.object({ tenant_id: z.int() });
