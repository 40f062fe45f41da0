import { ref, shallowRef } from 'vue';
import { makeApi } from '../api/client.ts';
import { ApiError } from '../api/error.ts';
import { isInPortal } from '../frame/in-portal.ts';
import type { PortalFrame } from '../frame/portal-frame.ts';
import { chooseLanguage } from '../i18n/language.ts';
import { say } from '../i18n/translate.ts';
import { openOperatorSession, takeTokenFromAddress } from '../session/operator-session.ts';
import type { Session } from '../session/session.ts';
import { sessionWords } from '../words/session.ts';
import type { PageContext } from './page-context.ts';
import { toApiError } from './use-load.ts';

const pendingAgainMs = 5000;

/**
 * `paste`: an operator must give a token; `outside`: the page makes sense in a portal only; `waiting`: the company's administrator has
 * still to copy the application's keys.
 */
type GateState = 'opening' | 'ready' | 'paste' | 'outside' | 'waiting' | 'failed';

/** Greets the portal, or asks an operator for a token, and opens the session that everything else needs. */
export function useGate({ operatorsMayEnter }: { operatorsMayEnter: boolean }) {
  const state = ref<GateState>('opening');
  const error = shallowRef<ApiError | null>(null);
  const context = shallowRef<PageContext | null>(null);
  const isExpired = ref(false);
  let frame: PortalFrame | null = null;

  function enter(session: Session): void {
    const onLost = () => {
      isExpired.value = true;
      context.value = null;
      state.value = frame ? 'failed' : 'paste';
    };
    context.value = { api: makeApi(session, onLost), session, frame };
    isExpired.value = false;
    state.value = 'ready';
  }

  async function openInPortal(): Promise<void> {
    if (state.value !== 'waiting') state.value = 'opening';
    try {
      const [{ openPortalFrame }, { openFrameSession }] = await Promise.all([
        import('../frame/portal-frame.ts'),
        import('../session/frame-session.ts'),
      ]);
      frame ??= await openPortalFrame().catch(() => {
        throw new ApiError({ status: 0, code: 'portal_silent', message: say(sessionWords.silentPortal) });
      });
      chooseLanguage(frame.language);
      enter(await openFrameSession(frame));
    } catch (failure) {
      error.value = toApiError(failure);
      const isPending = error.value.code === 'installation_pending';
      // A moment without a network does not end the waiting.
      const waits = isPending || (state.value === 'waiting' && ['offline', 'unknown'].includes(error.value.code));
      state.value = waits ? 'waiting' : 'failed';
      if (waits) setTimeout(() => void openInPortal(), pendingAgainMs);
    }
  }

  /** False when the text is no token. */
  function enterWithToken(text: string): boolean {
    const session = openOperatorSession(text);
    if (session) enter(session);
    return session !== null;
  }

  function open(): void {
    if (isInPortal()) void openInPortal();
    else if (!operatorsMayEnter) state.value = 'outside';
    else if (!enterWithToken(takeTokenFromAddress() ?? '')) state.value = 'paste';
  }

  /** A silent portal answers only a page that is loaded anew; everything else can be tried again in place. */
  function retry(): void {
    if (error.value?.code === 'portal_silent') location.replace(location.href);
    else void openInPortal();
  }

  chooseLanguage(new URLSearchParams(location.search).get('LANG') ?? navigator.language);
  open();
  return { state, error, context, isExpired, enterWithToken, retry, frame: () => frame };
}
