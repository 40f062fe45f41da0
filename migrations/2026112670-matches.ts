import type { MigrationParams } from '../app/models/migrate.ts';

/**
 * Records that a person has to match, and what was decided. Pairs that were recognised are marked until they are linked; a conflict may
 * leave both sides as they are.
 */
export async function up({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    create table sync_matches (
      id bigserial primary key,
      tenant_id integer not null references companies (id),
      local_type varchar(20) not null,
      local_id integer not null,
      -- why a person is asked: see sync/plan/match.ts
      reason varchar(20) not null,
      -- [{id, title, email, phone, inn, agrees[], contradicts[]}], what agrees in most first
      candidates jsonb not null,
      candidate_ids bigint[] not null,
      since timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      state varchar(10) not null default 'open' check (state in ('open', 'decided')),
      -- decided without a decision: it became clear by itself
      decision varchar(10) check (decision in ('link', 'create', 'ignore')),
      bitrix24_id varchar(100),
      decided_by varchar(255),
      decided_at timestamptz,
      -- null while it is obeyed: 'create' and 'ignore' are, until the record is linked
      ended_at timestamptz
    );
    create unique index sync_matches_obeyed on sync_matches (tenant_id, local_type, local_id) where ended_at is null;
    create index sync_matches_tenant on sync_matches (tenant_id, state, id desc);
    create index sync_matches_candidates on sync_matches using gin (candidate_ids) where state = 'open';

    -- found to be the same record, and not made equal yet: the rule of the first link holds
    alter table bitrix24_sync_mappings add column matched boolean not null default false;

    alter table sync_conflicts drop constraint sync_conflicts_winner_check;
    alter table sync_conflicts add constraint sync_conflicts_winner_check check (winner in ('crm', 'bitrix24', 'none'));
  `);
}

export async function down({ context: { run } }: MigrationParams): Promise<void> {
  await run(`
    delete from sync_conflicts where winner = 'none';
    alter table sync_conflicts drop constraint sync_conflicts_winner_check;
    alter table sync_conflicts add constraint sync_conflicts_winner_check check (winner in ('crm', 'bitrix24'));
    alter table bitrix24_sync_mappings drop column matched;
    drop table sync_matches;
  `);
}
