/**
 * Far more than any function takes for 1 MB even on a busy machine, and far less than one takes whose time grows as the square of the
 * length. `npm run bench -- texts` measures what they take.
 */
const mostMs = 1000;
const [small, quarter, whole] = [16_000, 256_000, 1_000_000];

/**
 * Tries a function with more and more of a text: null when 1 MB is read in time, else what it took. Something that grows faster than the
 * text is found with little of it, before it stands still for minutes.
 */
export function tooSlow(read: (text: string) => unknown, shape: (length: number) => string): string | null {
  for (const length of [small, quarter, whole]) {
    const ms = timeOf(read, textOf(shape, length));
    if (ms > mostMs) return `${length / 1000} kB: ${ms.toFixed()} ms`;
    // Even as the square of the length a whole takes sixteen times as long: below the limit.
    if (length === quarter && ms < mostMs / 16) return null;
  }
  return null;
}

const texts = new Map<(length: number) => string, Map<number, string>>();

/** Each text is put together once, in one piece, for all functions that read it. */
export function textOf(shape: (length: number) => string, length: number): string {
  const known = texts.get(shape) ?? new Map<number, string>();
  const text = known.get(length) ?? Buffer.from(shape(length), 'utf16le').toString('utf16le');
  texts.set(shape, known.set(length, text));
  return text;
}

/** Milliseconds that went by, or on the processor where that is less. */
export function timeOf(read: (text: string) => unknown, text: string): number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  try {
    read(text);
  } catch {
    // A refusal is an answer too.
  }
  const { user, system } = process.cpuUsage(before);
  return Math.min(performance.now() - startedAt, (user + system) / 1000);
}
