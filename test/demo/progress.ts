import type { Output } from './output.ts';

export interface Progress {
  done: number;
  total: number;
  /** Records a second. */
  rate: number;
  /** Null while nobody can tell. */
  etaSec: number | null;
}

const barWidth = 20;
/** A terminal that does not tell its width has this one. */
const usualColumns = 80;

/**
 * Shows progress: on a terminal one line that is drawn over, elsewhere a line of its own whenever another tenth is done. Returns what
 * draws, and what ends the line.
 */
export function makeProgress(output: Output): { show(progress: Progress): void; end(): void } {
  let shownTenth = -1;
  return {
    show(progress) {
      if (output.isTTY) {
        // To the line's start, the text, and what an older, longer text left behind. A line that wraps could not be drawn over.
        const fitting = line(progress).slice(0, (output.columns ?? usualColumns) - 1);
        output.write(`\r${fitting}\u001b[K`);
        return;
      }
      const tenth = progress.total === 0 ? 0 : Math.floor((10 * progress.done) / progress.total);
      if (tenth === shownTenth) return;
      shownTenth = tenth;
      output.write(`${line(progress)}\n`);
    },
    end() {
      if (output.isTTY) output.write('\n');
    },
  };
}

function line({ done, total, rate, etaSec }: Progress): string {
  const filled = total === 0 ? 0 : Math.round((barWidth * done) / total);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const left = etaSec === null ? '…' : `${etaSec}`;
  const speed = rate.toFixed(0);
  return `  ${bar} ${done}/${total}  ${speed}/с, ещё ${left} с / ${speed}/s, ${left} s left`;
}
