import { createWriteStream } from 'node:fs';
import { Writable } from 'node:stream';

/** Where the demonstration writes to people. */
export interface Output {
  isTTY?: boolean;
  /** Width of the terminal in characters. */
  columns?: number;
  write(text: string): unknown;
}

/** The app's log: always in a file; from `showFrom()` on also before the person, whom lines between the steps would only confuse. */
export function makeLogOutput(
  file: string,
  output: Output,
): { stream: Writable; showFrom(): void; close(): Promise<void> } {
  const kept = createWriteStream(file, { flags: 'a' });
  let isShown = false;
  const stream = new Writable({
    write(chunk, _encoding, done) {
      if (isShown) output.write(String(chunk));
      kept.write(chunk, () => done());
    },
  });
  return {
    stream,
    showFrom() {
      isShown = true;
    },
    close: () => new Promise((resolve) => stream.end(() => kept.end(() => resolve()))),
  };
}
