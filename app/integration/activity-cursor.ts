import { invalidRequest } from '../lib/errors.ts';

/** Where a page of the activity ended: lines of each source that are older, or of the same moment with a smaller id, come next. */
export interface ActivityCursor {
  /** RFC 3339 with microseconds. */
  before: string;
  syncId: number;
  visitorId: number;
}

interface LastLine {
  /** Microseconds since the epoch. */
  moment: string;
  source: 'sync' | 'visitor';
  id: number;
}

/** Of one moment, lines of the synchronisation stand before those of visitors. */
const allIds = Number.MAX_SAFE_INTEGER;

/** A cursor as callers carry it from page to page. Pure. */
export function writeCursor({ moment, source, id }: LastLine): string {
  return Buffer.from(`${moment} ${source} ${id}`).toString('base64url');
}

/** Reads a cursor that `writeCursor` made. Throws `invalid_request` for any other text. Pure. */
export function readCursor(text: string | undefined): ActivityCursor | null {
  if (text === undefined) return null;
  const [, micros = '', source, id] =
    /^(\d{1,17}) (sync|visitor) (\d{1,16})$/.exec(Buffer.from(text, 'base64url').toString('utf8')) ?? [];
  if (!source)
    throw invalidRequest({
      ru: 'cursor: возьмите его из next_cursor прежнего ответа',
      en: 'cursor: take it from next_cursor of the answer before',
    });
  const seconds = new Date(Math.floor(Number(micros) / 1_000_000) * 1000).toISOString().slice(0, 19);
  const before = `${seconds}.${micros.slice(-6).padStart(6, '0')}Z`;
  return source === 'sync'
    ? { before, syncId: Number(id), visitorId: allIds }
    : { before, syncId: 0, visitorId: Number(id) };
}
