/** Runs one statement on PostgreSQL with named binds (`$portal`). */
export type RunSql = <Row extends object>(sql: string, bind: Record<string, unknown>) => Promise<Row[]>;

/** The leaky bucket of one portal: `size` requests at once, `drain` a second (limits.md, 2026-08: 50 and 2; Enterprise 250 and 5). */
export interface BucketSize {
  size: number;
  drain: number;
}

/** Who asks: bulk work, what just changed, or a person who waits. */
export type Urgency = 'bulk' | 'normal' | 'interactive';

/** Requests that each leaves to the more urgent ones. */
const leaves: Record<Urgency, number> = { bulk: 8, normal: 5, interactive: 0 };
/** The portal counts in whole seconds and may see our requests closer together than we sent them. */
const margin = 3;

/**
 * Takes one request from a portal's bucket, which all processes share: one statement, so that no two can take the same. Returns 0 when
 * it was taken, else how many milliseconds until it may be worth trying again.
 */
export async function takeRequest(
  run: RunSql,
  portal: string,
  { size, drain }: BucketSize,
  urgency: Urgency,
): Promise<number> {
  const limit = size - margin - leaves[urgency];
  const bind = { portal, drain, limit };
  const taken = await run(
    `insert into portal_limits as l (portal, lane, level) values ($portal, 'requests', 1)
     on conflict (portal, lane) do update
        set level = greatest(0, l.level - $drain::float8 * extract(epoch from clock_timestamp() - l.refreshed_at)) + 1,
            refreshed_at = clock_timestamp()
      where greatest(0, l.level - $drain::float8 * extract(epoch from clock_timestamp() - l.refreshed_at)) + 1 <= $limit::float8
        and (l.blocked_until is null or l.blocked_until <= clock_timestamp())
     returning 1 as taken`,
    bind,
  );
  if (taken.length > 0) return 0;
  const [row] = await run<{ wait: number }>(
    `select greatest(
              (greatest(0, level - $drain::float8 * extract(epoch from clock_timestamp() - refreshed_at)) + 1 - $limit::float8) / $drain::float8,
              extract(epoch from blocked_until - clock_timestamp()), 0.01)::float8 * 1000 as wait
       from portal_limits where portal = $portal and lane = 'requests'`,
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
        set level = $size, refreshed_at = clock_timestamp(),
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
