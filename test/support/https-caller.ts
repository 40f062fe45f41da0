import https from 'node:https';
import qs from 'qs';

export interface HttpsAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
}

export interface HttpsCall {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  /** Sent as a form; a text goes as it is. */
  form?: Record<string, unknown> | string;
  json?: unknown;
}

/** Calls an address whose certificate the given authority signed; follows no redirect. JSON answers are parsed. */
export function callHttps(url: string, caPem: string, call: HttpsCall = {}): Promise<HttpsAnswer> {
  const { form, json } = call;
  const body =
    json !== undefined ? JSON.stringify(json) : typeof form === 'object' ? qs.stringify(form) : (form ?? undefined);
  const type = json !== undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  return new Promise((resolve, reject) => {
    const request = https.request(
      url,
      {
        method: call.method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...(body !== undefined && { 'content-type': type }), ...call.headers },
        ca: caPem,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = response.headers['content-type']?.includes('json');
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body: isJson ? JSON.parse(text) : text });
        });
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}
