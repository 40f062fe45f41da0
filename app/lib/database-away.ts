import { AppError } from './errors.ts';

/** Callers are asked to come again after this long: a restart of PostgreSQL takes a few seconds. */
const retryAfterSec = 5;

/** The driver's errors of a connection that broke or could not be had in time. They carry no code (pg and pg-pool 8, their sources). */
const brokenConnection =
  /^(Connection terminated|timeout expired|timeout exceeded when trying to connect|Client (was closed|has encountered a connection error))/;

/** PostgreSQL's codes: class 08, a server that shuts down, starts or crashed, and no connection left. */
const awayState = /^(08|57P0[1-3]$|53300$)/;

interface DatabaseError {
  name?: string;
  message?: string;
  code?: unknown;
  /** Only errors that PostgreSQL itself sent have one. */
  severity?: unknown;
  /** The driver's error inside Sequelize's. */
  original?: DatabaseError;
}

/** Whether a driver's own error says that PostgreSQL is away. Only for errors that a database connection threw. */
export function isConnectionLost(error: unknown): boolean {
  const { code, message = '' } = (error ?? {}) as DatabaseError;
  if (typeof code === 'string')
    return awayState.test(code) || /^E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_)/.test(code);
  return brokenConnection.test(message);
}

/** Whether an error of any origin says that PostgreSQL is away, or that a connection to it broke. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AppError) return error.code === awayCode;
  const { name = '', severity, original } = (error ?? {}) as DatabaseError;
  if (/^Sequelize(Connection\w*|HostNot\w*)Error$/.test(name)) return true;
  if (name.startsWith('Sequelize')) return isConnectionLost(original);
  return (severity !== undefined || error instanceof Error) && brokenOrShut(error as DatabaseError);
}

// A raw ECONNREFUSED may come from any connection; what the driver and PostgreSQL say cannot.
function brokenOrShut({ code, severity, message = '' }: DatabaseError): boolean {
  return severity === undefined ? brokenConnection.test(message) : awayState.test(String(code));
}

/** What a failure means for a caller when PostgreSQL is away; null for everything else. */
export function databaseProblem(error: unknown): AppError | null {
  return !(error instanceof AppError) && isDatabaseAway(error) ? databaseUnavailable(error) : null;
}

const awayCode = 'database_unavailable';

/** PostgreSQL is away; nothing was changed, or the change did not arrive. */
export function databaseUnavailable(cause?: unknown): AppError {
  return new AppError({
    code: awayCode,
    status: 503,
    retryAfterSec,
    text: {
      ru: 'База данных недоступна. Подождите несколько секунд и повторите запрос: сервер подключится к ней сам',
      en: 'The database is unavailable. Wait a few seconds and send the request again: the server reconnects by itself',
    },
    cause,
  });
}
