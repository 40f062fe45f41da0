import type { Output } from './output.ts';

export interface Progress {
  done: number;
  total: number;
  /** Records a second. */
  rate: number;
  /** Null while nobody can tell. */
  etaSec: number | null;
}

const barWidth = 24;

/**
 * Shows progress: on a terminal one line that is drawn over, elsewhere a line of its own whenever another tenth is done. Returns what
 * draws, and what ends the line.
 */
export function makeProgress(output: Output): { show(progress: Progress): void; end(): void } {
  let shownTenth = -1;
  return {
    show(progress) {
      if (output.isTTY) {
        // To the line's start, the text, and what an older, longer text left behind.
        output.write(`\r${line(progress)}\u001b[K`);
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
  return `  ${bar} ${done}/${total}   ${rate.toFixed(0)} записей/с · records/s   осталось · left ${left} с · s`;
}
