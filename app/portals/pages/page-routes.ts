import type { PageName } from '../../http/pages.ts';
import type { RateLimits } from '../../http/rate-limits.ts';
import type { CallbackAnswer, CallbackRoute, RequestContext } from '../../http/route.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { admitInstall } from '../install/admit-install.ts';
import type { AppLifecycleEvents } from '../install/app-lifecycle-events.ts';
import type { CodeGrant } from '../install/code-grant.ts';
import type { EventCall, EventSender } from '../install/identify-sender.ts';
import type { Install } from '../install/install.ts';
import type { Installation, Installations } from '../install/installations.ts';
import { tabs } from '../install/plan-subscriptions.ts';
import { normalHost } from '../install/verify-portal.ts';
import { claimedHost, readFrame } from './frame.ts';
import { unknownInstallation } from './session.ts';
import { shown } from './shown.ts';
import { makeVisitRoutes } from './visit-routes.ts';

export interface PageRouteDeps {
  installations: Installations;
  install: Install;
  appEvents: AppLifecycleEvents;
  /** Who sends an event, as its secret proves. */
  identify(call: EventCall, token: string): Promise<EventSender | null>;
  codeGrant: CodeGrant;
  clock: Clock;
  rates: RateLimits;
  /** Checks the subscriptions again, soon. */
  wakeBinding(tenantId: number): Promise<void>;
  /** Counts refused requests: forged ones leave no other trace. */
  count(result: 'installed' | 'pending' | 'opened' | 'refused'): void;
}

/** Subscriptions are looked at again when the app is opened, but not for every employee who opens it. */
const boundFreshMs = 600_000;

type FrameCall = RequestContext & {
  query: Record<string, unknown>;
  params: Record<string, string>;
  form: Record<string, unknown>;
};

/** Makes the addresses that Bitrix24 opens in its frames. Pages hold no data: they ask for a session by themselves. */
export function makePageRoutes(deps: PageRouteDeps): CallbackRoute[] {
  const { installations, install, count } = deps;

  async function proveAndInstall(call: FrameCall): Promise<Installation> {
    const frame = readFrame(call.query, call.form);
    await admitInstall(deps.rates, { address: call.address, memberId: frame.memberId });
    return install.install(frame);
  }

  /** Installs, and says how that ended in the frame itself. */
  async function installFrom(call: FrameCall): Promise<Installation> {
    const installation = await proveAndInstall(call);
    count(installation.state === 'pending' ? 'pending' : 'installed');
    return installation;
  }

  /** An administrator who opens a suspended application brings fresh tokens; for anybody else the page itself tells what is wrong. */
  async function revive(call: FrameCall): Promise<void> {
    await proveAndInstall(call).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      call.log.info({ operation: 'revive', result: 'error', code: error.code }, error.text.ru);
    });
  }

  /** A portal that we know, at the address that we know. Anybody may send this post: it only decides who may frame the page. */
  async function findOpened(call: FrameCall): Promise<Installation | null> {
    const frame = readFrame(call.query, call.form);
    const installation = await installations.findByMember(frame.memberId);
    const isConnected = installation?.state === 'active' || installation?.state === 'suspended';
    return isConnected && normalHost(installation.host) === normalHost(frame.host ?? '') ? installation : null;
  }

  const isStale = ({ boundAt }: Installation): boolean =>
    boundAt === null || deps.clock.now().getTime() - boundAt.getTime() > boundFreshMs;

  // The sentence of a refusal is shown to somebody whose portal is not known yet: a page without a script, of which nothing can be made.
  const framed = (call: FrameCall, show: () => Promise<CallbackAnswer>): Promise<CallbackAnswer> => {
    const host = claimedHost(call.query);
    const counted = () =>
      show().catch((error: unknown) => {
        count('refused');
        throw error;
      });
    return shown(host ? [`https://${host}`] : [], counted);
  };

  return [
    {
      method: 'post',
      path: '/bitrix24/install',
      summary:
        'Installation page in the portal frame; also the ONAPPINSTALL event of an application without a menu item',
      async handle(call) {
        const event = String(call.form.event ?? '').toUpperCase();
        if (event === 'ONAPPINSTALL' || event === 'ONAPPUSERREADY') {
          await takeEvent(deps, event, call).catch((error: unknown) => {
            count('refused');
            throw error;
          });
          count('installed');
          return { status: 200, text: 'installed' };
        }
        return framed(call, async () => pageFor(await installFrom(call), 'install'));
      },
    },
    {
      method: 'post',
      path: '/bitrix24/app',
      summary: 'Application page in the portal frame',
      handle: (call) =>
        framed(call, async () => {
          const opened = await findOpened(call);
          // An application without an installation page is installed the moment it is opened.
          const installation = opened ?? (await installFrom(call));
          if (opened?.state === 'suspended') await revive(call);
          if (opened?.tenantId && isStale(opened)) await deps.wakeBinding(opened.tenantId);
          count('opened');
          return pageFor(installation, 'app');
        }),
    },
    {
      method: 'post',
      path: '/bitrix24/placements/:placement',
      summary: 'Tab of a deal, contact or company card in the portal frame',
      handle: (call) =>
        framed(call, async () => {
          if (!tabs.some((tab) => tab === call.params.placement)) throw unknownPlacement();
          const opened = await findOpened(call);
          if (!opened) throw unknownInstallation();
          count('opened');
          return pageFor(opened, 'tab');
        }),
    },
    ...makeVisitRoutes(deps),
  ];
}

/**
 * Events that a portal sends to the installation address by itself. `ONAPPUSERREADY` may come before the installation itself; it carries
 * the installing administrator's tokens too.
 */
async function takeEvent(
  { appEvents, identify }: Pick<PageRouteDeps, 'appEvents' | 'identify'>,
  event: string,
  { form, address }: FrameCall,
): Promise<void> {
  if (event === 'ONAPPINSTALL') return appEvents.installByEvent(form.auth, address);
  // A body's fields are what the sender wrote: the proof reads them again.
  const auth = (typeof form.auth === 'object' && form.auth !== null ? form.auth : {}) as Record<string, unknown>;
  const identified = () => identify({ event, auth, address }, String(auth.application_token ?? ''));
  const known = await identified();
  if (!known) await appEvents.installByEvent(auth, address);
  const installation = (known ?? (await identified()))?.installation;
  if (installation) await appEvents.handleAppEvent(event, installation, form.data);
}

function pageFor(installation: Installation, page: PageName): CallbackAnswer {
  return { page, ancestors: [`https://${installation.host}`] };
}

function unknownPlacement(): AppError {
  return new AppError({
    code: 'placement_unknown',
    status: 404,
    text: { ru: 'Такого места встраивания нет', en: 'There is no such placement' },
  });
}
