import { z } from 'zod';
import { list, pagination, time } from '../../http/answers.ts';
import { settingsSchema } from '../../sync/plan/settings.ts';

export const changedPathAnswer = z.object({ path: z.string(), before: z.unknown(), after: z.unknown() }).meta({
  id: 'ChangedPath',
  description: 'One place where two settings documents differ; what a document does not name is its default.',
});

export const versionsAnswer = z.object({
  versions: list(
    z.object({
      number: z.int(),
      author: z
        .string()
        .nullable()
        .describe(
          '`sub` of the token that saved it; null: another program wrote it, or it stood before the first save.',
        ),
      author_name: z.string().nullable().describe('As the portal names a visitor of its pages; null for others.'),
      created_at: time,
      note: z.string().nullable(),
      changed: list(changedPathAnswer),
    }),
  ),
  pagination,
});

export const versionAnswer = z.object({
  settings: z.record(z.string(), z.unknown()),
  number: z.int(),
  author: z
    .string()
    .nullable()
    .describe('`sub` of the token that saved it; null: another program wrote it, or it stood before the first save.'),
  author_name: z.string().nullable().describe('As the portal names a visitor of its pages; null for others.'),
  created_at: time,
  note: z.string().nullable(),
});

export const exportAnswer = z.object({
  exported_at: time,
  settings: z.record(z.string(), z.unknown()),
  format: z.string(),
  format_version: z.int(),
});

/** The settings with every default filled in, as `GET …/settings` shows them. */
export const settingsAnswer = z
  .object({
    ...settingsSchema.required().shape,
    problems: list(z.object({ path: z.string(), problem: z.string() })).describe(
      'Keys whose stored value is not understood, and what is wrong; the default, or the last good value, counts.',
    ),
    version: z.int().describe('Also the `ETag`.'),
  })
  .meta({ id: 'Settings' });

export const importAnswer = z.union([
  z.object({ dry_run: z.literal(true), version: z.int(), changed: list(changedPathAnswer) }),
  settingsAnswer.extend({ changed: list(changedPathAnswer) }),
]);
