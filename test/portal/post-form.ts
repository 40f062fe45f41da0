import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';

export interface FormPost {
  url: string;
  /** Encoded already. */
  body: string;
  /** The authority of our own certificates, trusted beside the public ones. */
  caPem: string;
  timeoutMs: number;
}

/** Posts a form as the portal's queue server does. Returns the HTTP status, 0 when there was no answer; redirects are not followed. */
export function postForm({ url, body, caPem, timeoutMs }: FormPost): Promise<number> {
  return new Promise((resolve) => {
    const isHttps = url.startsWith('https:');
    const send = isHttps ? https.request : http.request;
    const request = send(
      url,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Bitrix24 Webhook Engine',
        },
        signal: AbortSignal.timeout(timeoutMs),
        ...(isHttps && { ca: [...tls.rootCertificates, caPem] }),
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', () => resolve(0));
      },
    );
    // Not delivered: a portal only logs it.
    request.once('error', () => resolve(0));
    request.end(body);
  });
}
