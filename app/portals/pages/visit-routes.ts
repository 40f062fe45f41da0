import type { PageName } from '../../http/pages.ts';
import type { RateLimits } from '../../http/rate-limits.ts';
import type { CallbackAnswer, CallbackRoute } from '../../http/route.ts';
import type { CodeGrant } from '../install/code-grant.ts';
import type { Installations } from '../install/installations.ts';
import { claimedHost } from './frame.ts';
import { shown } from './shown.ts';

export interface VisitRouteDeps {
  installations: Pick<Installations, 'findKnownHost'>;
  codeGrant: CodeGrant;
  rates: RateLimits;
}

/** Makes what a browser asks for without a form: a frame that is loaded anew, and the way to a portal's authorization and back. */
export function makeVisitRoutes({ installations, codeGrant, rates }: VisitRouteDeps): CallbackRoute[] {
  /**
   * A frame that is loaded anew comes without its form. The page needs nothing of it: a session is given only to a proved user. Only a
   * portal that has our app may frame it, whatever host the address names.
   */
  const reloaded = (query: Record<string, unknown>, page: PageName): Promise<CallbackAnswer> =>
    shown([], async () => {
      const claimed = claimedHost(query);
      const host = claimed && (await installations.findKnownHost(claimed));
      return { page, ancestors: host ? [`https://${host}`] : [] };
    });

  return [
    {
      method: 'get',
      path: '/bitrix24/app',
      summary: 'Return of the browser authorization (code and state), or a plain visit',
      handle: (call) =>
        call.query.code === undefined && claimedHost(call.query)
          ? reloaded(call.query, 'app')
          : shown([], async () => {
              if (call.query.code !== undefined) await rates.take('authorizeByAddress', call.address);
              return codeGrant.finish(call);
            }),
    },
    {
      method: 'get',
      path: '/bitrix24/authorize',
      summary: "Where an administrator's browser leaves for the portal's authorization (start); never in a frame",
      handle: (call) =>
        shown([], async () => {
          await rates.take('authorizeByAddress', call.address);
          return codeGrant.leave(call.query);
        }),
    },
    {
      method: 'get',
      path: '/bitrix24/install',
      summary: 'The installation page again, when its frame is reloaded',
      handle: (call) => reloaded(call.query, 'install'),
    },
    {
      method: 'get',
      path: '/bitrix24/placements/:placement',
      summary: 'A tab again, when its frame is reloaded',
      handle: (call) => reloaded(call.query, 'tab'),
    },
  ];
}
