/** Milliseconds for 1 MB of text on a machine that does nothing else. */
const mostMs = 50;
/** Smaller times are measured too badly to be compared. */
const floorMs = 20;
/** Four times as much text may take so much longer: memory is collected meanwhile. Where a part is looked at for each other part, it is 16. */
const mostGrowth = 8;
const [small, quarter, whole] = [16_000, 256_000, 1_000_000];

/**
 * Tries a function with more and more of a text: null when 1 MB is read in time and takes at most about four times as long as a quarter
 * of it, else what it took. Something that grows faster is found with little text, before it stands still for minutes.
 */
export function tooSlow(read: (text: string) => unknown, shape: (length: number) => string): string | null {
  const most = mostMs * pace();
  const make = (length: number) => textOf(shape, length);
  const smallMs = best(read, make(small), most / 2);
  if (smallMs > most / 2) return `${small / 1000} kB: ${smallMs.toFixed()} ms`;
  // Even as the square of the length a whole takes sixteen times as long: below the limit.
  if (best(read, make(quarter), most / 16) <= most / 16) return null;
  const wholeMs = best(read, make(whole), most);
  if (wholeMs > most) return `1 MB: ${wholeMs.toFixed()} of ${most.toFixed()} ms`;
  if (wholeMs <= floorMs * pace()) return null;
  const quarterMs = best(read, make(quarter), 0);
  const grown = mostGrowth * quarterMs + floorMs * pace();
  return best(read, make(whole), grown) > grown
    ? `1 MB: ${wholeMs.toFixed()} ms, a quarter of it: ${quarterMs.toFixed()}`
    : null;
}

const texts = new Map<(length: number) => string, Map<number, string>>();

/** Each text is put together once, in one piece, for all functions that read it. */
function textOf(shape: (length: number) => string, length: number): string {
  const known = texts.get(shape) ?? new Map<number, string>();
  const text = known.get(length) ?? Buffer.from(shape(length), 'utf16le').toString('utf16le');
  texts.set(shape, known.set(length, text));
  return text;
}

/** What the yardstick takes on a machine that does nothing else. */
const quietMs = 3.5;
let measured = 0;
let slower = 1;

/** How many times slower this machine is while the tests run: a known piece of work tells it, every now and then. */
function pace(): number {
  measured += 1;
  if (measured % 20 === 1) slower = Math.max(1, best(yardstick, 'слово '.repeat(170_000), 0) / quietMs);
  return slower;
}

function yardstick(text: string): number {
  const units = new Uint16Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 32) continue;
    units[length] = unit;
    length += 1;
  }
  return Buffer.from(units.buffer, 0, length * 2).toString('utf16le').length;
}

/** The best of three: another program may have had the processor meanwhile. The first that is good enough ends it. */
function best(read: (text: string) => unknown, text: string, goodMs: number): number {
  let ms = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 3 && ms > goodMs; turn += 1)
    ms = Math.min(
      ms,
      timeOf(() => read(text)),
    );
  return ms;
}

/** The time that went by, or the time on the processor where that is less. */
function timeOf(work: () => unknown): number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  try {
    work();
  } catch {
    // A refusal is an answer too.
  }
  const { user, system } = process.cpuUsage(before);
  return Math.min(performance.now() - startedAt, (user + system) / 1000);
}
