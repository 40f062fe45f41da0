import type { CallbackAnswer } from '../../http/route.ts';
import { databaseProblem } from '../../lib/database-away.ts';
import { AppError } from '../../lib/errors.ts';

/** People, not programs, look at these addresses: a failure is a page with its sentence, which only `ancestors` may frame. */
export function shown(ancestors: readonly string[], show: () => Promise<CallbackAnswer>): Promise<CallbackAnswer> {
  return show().catch((error: unknown) => {
    const problem = error instanceof AppError ? error : databaseProblem(error);
    if (!problem) throw error;
    return { problem, ancestors };
  });
}
