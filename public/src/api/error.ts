/** What the server, or the way to it, refused. `message` is a sentence for people in the page's language. */
export class ApiError extends Error {
  readonly status: number;
  /** Stable: decide by it, never by the text. `offline`: the server was not reached. */
  readonly code: string;
  /** What an unhealthy answer carries all the same. */
  readonly data: unknown;
  /** Facts for the code, such as the name of a portal. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | undefined;

  constructor(options: {
    status: number;
    code: string;
    message: string;
    data?: unknown;
    details?: Record<string, unknown>;
    requestId?: string;
  }) {
    super(options.message);
    this.name = 'ApiError';
    this.status = options.status;
    this.code = options.code;
    this.data = options.data;
    this.details = options.details ?? {};
    this.requestId = options.requestId;
  }
}
