/** Runs one statement on PostgreSQL with named binds (`$portal`). */
export type RunSql = <Row extends object>(sql: string, bind: Record<string, unknown>) => Promise<Row[]>;

/** The leaky bucket of one portal: `size` requests at once, `drain` a second (limits.md, 2026-08: 50 and 2; Enterprise 250 and 5). */
export interface BucketSize {
  size: number;
  drain: number;
}

/** What a plan allows more than others; null for every other plan (limits.md, 2026-08; LICENSE_FAMILY of app.info, 2026-09). */
export function bucketOfPlan(licenseFamily: string | null): BucketSize | null {
  return licenseFamily === 'ent' ? { size: 250, drain: 5 } : null;
}

/** Remembers how many requests a portal allows; null: as many as others. Repeat-safe. */
export async function noteBucket(run: RunSql, portal: string, bucket: BucketSize | null): Promise<void> {
  await run(
    `insert into portal_limits as l (portal, lane, level, size, drain)
     values ($portal, 'requests', 0, $size::float8, $drain::float8)
     on conflict (portal, lane) do update set size = excluded.size, drain = excluded.drain
      where (l.size, l.drain) is distinct from (excluded.size, excluded.drain)`,
    { portal, size: bucket?.size ?? null, drain: bucket?.drain ?? null },
  );
}

/** Who asks: bulk work, what just changed, or a person who waits. */
export type Urgency = 'bulk' | 'normal' | 'interactive';

/** Requests that each leaves to the more urgent ones. */
const leaves: Record<Urgency, number> = { bulk: 8, normal: 5, interactive: 0 };
/** A portal whose plan allows more has its own numbers beside its level. */
const drainSql = 'coalesce(l.drain, $drain::float8)';
/** The portal counts in whole seconds and may see our requests closer together than we sent them. */
const margin = 3;

/** The share of the portal's rate that people keep while work waits that no person asked for; the rest is that work's. */
const peopleShare = 0.5;
/** Requests that people may make beyond their share before they are held to it. */
const peopleBurst = 10;
/** What they took beyond that is not forgotten at once: the work that begins to wait finds the bucket emptying for so many requests. */
const peopleMost = peopleBurst + 12 * peopleShare;

const elapsedSql = 'extract(epoch from clock_timestamp() - l.refreshed_at)';
const levelSql = `greatest(0, l.level - ${drainSql} * ${elapsedSql}) + 1`;
const peopleSql = `greatest(0, l.people_level - ${drainSql} * ${peopleShare} * ${elapsedSql})`;
/** Nothing is kept for people who have taken more than their share. */
const limitSql = `(coalesce(l.size, $size::float8) - $kept::float8
  + case when ${peopleSql} > ${peopleBurst} then $given::float8 else 0 end)`;
/** How far people are above what they may take while work waits. */
const peopleOverSql = `case when $people::boolean and l.work_waits_until > clock_timestamp()
  then ${peopleSql} + 1 - ${peopleBurst} else 0 end`;

/**
 * Takes one request from a portal's bucket, which all processes share: one statement, so that no two can take the same. People go before
 * work that waits for no person, but however many they are, half of the portal's rate is left to that work while it waits. Returns 0 when a
 * request was taken, else how many milliseconds until it may be worth trying again.
 */
export async function takeRequest(
  run: RunSql,
  portal: string,
  { size, drain }: BucketSize,
  urgency: Urgency,
): Promise<number> {
  const people = urgency === 'interactive';
  const given = people ? 0 : leaves.normal;
  const bind = { portal, drain, size, kept: margin + leaves[urgency], given, people };
  const taken = await run(
    `insert into portal_limits as l (portal, lane, level, people_level)
     values ($portal, 'requests', 1, case when $people::boolean then 1 else 0 end)
     on conflict (portal, lane) do update
        set level = ${levelSql}, refreshed_at = clock_timestamp(),
            people_level = case when $people::boolean then least(${peopleMost}, ${peopleSql} + 1) else ${peopleSql} end
      where ${levelSql} <= ${limitSql} and ${peopleOverSql} <= 0
        and (l.blocked_until is null or l.blocked_until <= clock_timestamp())
     returning 1 as taken`,
    bind,
  );
  return taken.length > 0 ? 0 : noteWaiting(run, bind);
}

/** Milliseconds until there may be room; work that waits for no person is noted, so that people leave it its share. */
async function noteWaiting(run: RunSql, bind: Record<string, unknown>): Promise<number> {
  const seconds = `greatest(
    (${levelSql} - ${limitSql}) / ${drainSql}, (${peopleOverSql}) / (${drainSql} * ${peopleShare}),
    extract(epoch from l.blocked_until - clock_timestamp()), 0.01)::float8`;
  const [row] = await run<{ wait: number }>(
    bind.people
      ? `select ${seconds} * 1000 as wait from portal_limits l where portal = $portal and lane = 'requests'`
      : // A little longer than the wait itself, and not for ever: the one who waits may be gone.
        `update portal_limits l
            set work_waits_until = clock_timestamp() + make_interval(secs => least(10, ${seconds}) + 2)
          where portal = $portal and lane = 'requests' returning ${seconds} * 1000 as wait`,
    bind,
  );
  return Math.ceil(row?.wait ?? 10);
}

/**
 * The portal said `QUERY_LIMIT_EXCEEDED`: others share our address. The lane is closed for a while that doubles with every refusal in a
 * row, to at most a minute. Returns the milliseconds of the wait.
 */
export async function closeBucket(run: RunSql, portal: string, { size }: BucketSize): Promise<number> {
  const [row] = await run<{ wait: number }>(
    `insert into portal_limits as l (portal, lane, level, cost, blocked_until)
     values ($portal, 'requests', $size, 2, clock_timestamp() + interval '2 seconds')
     on conflict (portal, lane) do update
        set level = coalesce(l.size, $size::float8), refreshed_at = clock_timestamp(),
            -- doubled only for a refusal that comes soon after the last one; cost holds the last wait in seconds
            cost = case when l.blocked_until > clock_timestamp() - interval '30 seconds'
                        then least(60, coalesce(l.cost, 1) * 2) else 2 end,
            blocked_until = clock_timestamp() + make_interval(secs =>
              case when l.blocked_until > clock_timestamp() - interval '30 seconds'
                   then least(60, coalesce(l.cost, 1) * 2) else 2 end)
     returning cost * 1000 as wait`,
    { portal, size },
  );
  return row?.wait ?? 2000;
}
