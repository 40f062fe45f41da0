import type { MigrationParams } from '../app/models/migrate.ts';

/** Functions of the queue's triggers that ask whether a kind is synchronised automatically, and how each names the kind. */
const readers = {
  axenta_queue_local: 'tg_argv[0]',
  axenta_queue_moved: 'tg_argv[0]',
  axenta_queue_truncated: 'tg_argv[0]',
  axenta_queue_objects_of_contracts: `'object'`,
};

const asStored = (kind: string) => `s.settings -> 'automatic' -> ${kind}`;
const asUnderstood = (kind: string) => `to_jsonb(axenta_automatic(s.settings, s.settings_good, ${kind}))`;

/** Replaces one expression in a function that an earlier migration made. */
const rewrite = (name: string, from: string, to: string) => `
  do $rewrite$
  declare
    former text := pg_get_functiondef('${name}'::regproc);
    changed text := replace(former, $from$${from}$from$, $to$${to}$to$);
  begin
    if changed = former then
      raise exception 'The function ${name} does not read the switch where it is expected';
    end if;
    execute changed;
  end $rewrite$`;

/** The triggers obey the last good value of a switch that another program damaged, as everything else does. */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    -- What is absent means the default; only a value that is no switch falls back to the last good one.
    create function axenta_automatic(settings jsonb, good jsonb, kind text) returns boolean language sql immutable as $$
      select case
        when coalesce(jsonb_typeof(settings), 'object') = 'object'
         and coalesce(jsonb_typeof(settings -> 'automatic'), 'object') = 'object'
         and settings -> 'automatic' -> kind is null then true
        when settings -> 'automatic' -> kind in ('true', 'false') then (settings -> 'automatic' -> kind)::boolean
        when good -> 'automatic' -> kind in ('true', 'false') then (good -> 'automatic' -> kind)::boolean
        else true end
    $$
  `);
  for (const [name, kind] of Object.entries(readers)) await run(rewrite(name, asStored(kind), asUnderstood(kind)));
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  for (const [name, kind] of Object.entries(readers)) await run(rewrite(name, asUnderstood(kind), asStored(kind)));
  await run('drop function axenta_automatic(jsonb, jsonb, text)');
}
