import { Writable } from 'node:stream';
import bunyan from 'bunyan';
import { redact } from './redact.ts';

export type Log = bunyan;

export interface LogOptions {
  level: bunyan.LogLevelString;
  /** `text`: lines with the `[BITRIX24]` prefix for people; `json`: bunyan's own lines for collectors. */
  format: 'text' | 'json';
  /** Where lines go; standard output when absent. */
  output?: NodeJS.WritableStream;
}

/** Makes the root logger. Children made with `log.child({...})` carry request, job and tenant ids. */
export function makeLog(options: LogOptions): Log {
  const output = options.output ?? process.stdout;
  const stream =
    options.format === 'json'
      ? { level: options.level, stream: jsonStream(output) }
      : { level: options.level, type: 'raw', stream: textStream(output) };
  return bunyan.createLogger({ name: 'axenta-bitrix24', streams: [stream], serializers: { err: errorSerializer } });
}

/** Everything that some reader of a log takes for the end of a line. */
const lineEnds = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;
/** Control characters, line ends among them. */
const unprintable = /[\p{Cc}\u2028\u2029]+/gu;

/** So much of a stack is shown, in UTF-16 units: an error's message in it may be a text from outside. */
const longestStack = 20_000;

const hiddenFields = new Set(['name', 'hostname', 'pid', 'level', 'msg', 'time', 'v', 'err']);

// The last gate: whatever a line was made of, no secret of a known form passes.
function jsonStream(output: NodeJS.WritableStream): Writable {
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      output.write(redact(line));
      done();
    },
  });
}

function textStream(output: NodeJS.WritableStream): Writable {
  return new Writable({
    objectMode: true,
    write(record: Record<string, unknown>, _encoding, done) {
      output.write(`${textLine(record)}\n`);
      done();
    },
  });
}

function textLine(record: Record<string, unknown>): string {
  const at = new Date(record.time as Date);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('/');
  const time = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())].join(':');
  const level = record.level as number;
  // Behind the sentence: people search for lines by how they begin.
  const mark = level >= bunyan.ERROR ? ['level=error'] : level >= bunyan.WARN ? ['level=warn'] : [];
  const fields = Object.entries(record)
    .filter(([key, value]) => !hiddenFields.has(key) && value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  const error = record.err as { stack?: string } | undefined;
  // A text from outside must not pass for a line of its own, nor speak to the terminal that shows it. A stack begins with such a text.
  const head = [`[BITRIX24] ${date} ${time} ${String(record.msg)}`, ...mark, ...fields].join(' ');
  const stack =
    error?.stack
      ?.slice(0, longestStack)
      .split(lineEnds)
      .map((line) => `  ${line}`) ?? [];
  return redact([head, ...stack].map((line) => line.replace(unprintable, ' ')).join('\n'));
}

// bunyan's own serializer prints the causes' properties too, where an HTTP client keeps whole requests with their secrets.
function errorSerializer(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  const cause = error.cause instanceof Error ? `\nCaused by: ${error.cause.stack}` : '';
  // Some libraries make the stack before the message.
  const stack = error.stack?.includes(error.message) ? error.stack : `${error.name}: ${error.message}\n${error.stack}`;
  return { name: error.name, message: redact(error.message), code, stack: redact(`${stack}${cause}`) };
}
