import type { Bitrix24Error } from './errors.ts';

/** One request that left for a portal, as it ended. Holds no credentials: those join it behind this place. */
export interface RequestNote {
  portal: string;
  method: string;
  params: Record<string, unknown>;
  /** `result` of the answer; absent when there was none. */
  result?: unknown;
  error?: Bitrix24Error;
  /** From the moment it left, in ms. */
  durationMs: number;
}

/** Told of every request. It must be quick and must not throw: the request's own caller waits for it. */
export type NoteRequest = (note: RequestNote) => void;
