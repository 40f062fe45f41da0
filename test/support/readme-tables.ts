import { defaultTimings } from '../../app/sync/deps.ts';
import { backoffMs, maxAttempts } from '../../app/sync/faults/backoff.ts';
import { type Variable, variables } from '../../config/env.ts';

/** The README's table of environment variables, from the list that the app reads. */
export function environmentTable(): string {
  const rows = Object.entries<Variable>(variables).map(([name, { meaning, byDefault, secret }]) => {
    const names = secret ? `\`${name}\` or \`${name}_FILE\`` : `\`${name}\``;
    return `| ${names} | ${byDefault === undefined ? '' : `\`${byDefault}\``} | ${meaning} |`;
  });
  return ['| Variable | Default | Meaning |', '|---|---|---|', ...rows].join('\n');
}

/** The README's table of pauses, from the formula: the shortest and the longest that the jitter allows. */
export function backoffTable(): string {
  const seconds = (attempt: number, baseMs: number, random: number) => backoffMs(attempt, baseMs, random) / 1000;
  const range = (attempt: number, baseMs: number) => `${seconds(attempt, baseMs, 0)}–${seconds(attempt, baseMs, 1)} s`;
  const rows = Array.from({ length: 11 }, (_, index) => {
    const failures = index + 1;
    const record = failures < maxAttempts ? range(failures, defaultTimings.backoffMs) : 'a person decides';
    return `| ${failures} | ${record} | ${range(failures, defaultTimings.outageMs)} |`;
  });
  return ['| Failures | One record waits | A portal that does not answer waits |', '|---|---|---|', ...rows].join('\n');
}
