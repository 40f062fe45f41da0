import type { AppError } from '../lib/errors.ts';
import type { Context } from './errors.ts';
import { escapeHtml } from './escape-html.ts';

/** Answers with a failure as a page: the user who opened the frame reads what is wrong and how to mend it. It holds no script at all. */
export function sendProblem(ctx: Context, problem: AppError, ancestors: readonly string[]): void {
  ctx.state.log.warn({ code: problem.code, result: 'error' }, problem.text.ru);
  ctx.status = problem.status;
  if (problem.retryAfterSec !== undefined) ctx.set('retry-after', String(problem.retryAfterSec));
  ctx.set('content-security-policy', `default-src 'none'; ${frameAncestors(ancestors)}`);
  ctx.remove('x-frame-options');
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  const { language, requestId } = ctx.state;
  ctx.body = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>Axenta</title></head><body>
<h1>Axenta</h1><p>${escapeHtml(problem.text[language])}</p><p><small>${problem.code} · ${requestId}</small></p></body></html>`;
}

/** The directive that says who may frame a page; an empty list forbids every frame. */
export function frameAncestors(ancestors: readonly string[]): string {
  return `frame-ancestors ${ancestors.length > 0 ? ancestors.join(' ') : "'none'"}`;
}
