import { randomBytes } from 'node:crypto';
import qs from 'qs';

/** What the browser posts into an application's frame: the form of `url` with `fields`. */
export interface Frame {
  url: string;
  fields: Record<string, string>;
  encoding: 'urlencoded' | 'multipart';
  /** The page's APP_SID, new for each opening: the third part of the frame's `window.name`. */
  appSid: string;
}

export interface FrameValues {
  handlerUrl: string;
  host: string;
  lang: string;
  encoding: Frame['encoding'];
  /** In the order of the form. */
  fields: Record<string, string | undefined>;
}

/** Builds the form that a portal's page submits into a frame; the handler's own query stays. */
export function makeFrame({ handlerUrl, host, lang, encoding, fields }: FrameValues): Frame {
  const appSid = randomBytes(16).toString('hex');
  const url = new URL(handlerUrl);
  const query = { DOMAIN: host, PROTOCOL: '1', LANG: lang, APP_SID: appSid };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const present = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { url: url.href, fields: Object.fromEntries(present), encoding, appSid };
}

/** The request of a frame for `fetch(frame.url, frameRequest(frame))`: the form as a browser encodes it. */
export function frameRequest({ fields, encoding }: Frame): RequestInit {
  if (encoding === 'urlencoded') {
    return {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: qs.stringify(fields, { format: 'RFC1738' }),
    };
  }
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return { method: 'POST', body };
}
