import { type B24Frame, initializeB24Frame } from '@bitrix24/b24jssdk';

/** The SDK itself waits for ever when the portal's page keeps silent. */
const handshakeMs = 8000;

/** What the server exchanges for a session. */
export interface FrameCredentials {
  access_token: string;
  domain: string;
  member_id: string;
}

/** The card in which a tab is open. */
export interface Placement {
  code: string;
  /** Id of the deal, contact or company; null elsewhere. */
  recordId: number | null;
}

export type PortalFrame = Awaited<ReturnType<typeof openPortalFrame>>;

/** Greets the portal. Rejects when it does not answer; then only a reload of the page can help. */
export async function openPortalFrame() {
  const frame = await withDeadline(initializeB24Frame(), handshakeMs);
  let lastHeight = 0;

  return {
    language: frame.getLang() as string,
    /** The portal waits for the end of the installation. */
    isInstalling: frame.isInstallMode,
    placement: readPlacement(frame),

    /** The viewer's token; `isAnew` makes the portal give another one. */
    async credentials(isAnew: boolean): Promise<FrameCredentials> {
      const auth = (!isAnew && frame.auth.getAuthData()) || (await frame.auth.refreshAuth());
      return {
        access_token: auth.access_token,
        domain: auth.domain.replace(/^https?:\/\//, ''),
        member_id: auth.member_id,
      };
    },

    /** Makes the frame as high as its content. */
    resize(height: number): void {
      if (Math.abs(height - lastHeight) < 4) return;
      lastHeight = height;
      const size = { width: '100%', height, isSafely: true };
      void frame.parent.message.send('resizeWindow', size).catch(() => undefined);
    },

    setTitle(title: string): void {
      void frame.parent.setTitle(title).catch(() => undefined);
    },

    /** Opens a page of the portal in its slider; resolves when the slider has been closed. */
    async openPath(path: string): Promise<void> {
      const url = frame.slider.getUrl(path);
      try {
        await frame.slider.openPath(url);
      } catch {
        // Old self-hosted portals know only the widest kind of slider.
        await frame.slider.openPath(url, 1650);
      }
    },

    /** The card around a tab shows what has changed. */
    reloadCard(): void {
      void frame.placement.call('reloadData').catch(() => undefined);
    },

    /** Ends the installation. The portal never answers: it loads its own page anew. */
    finishInstall(): void {
      void frame.installFinish().catch(() => undefined);
    },
  };
}

// Options come as an object, an empty list, an empty string or JSON text, depending on the portal; anybody can craft them.
function readPlacement(frame: B24Frame): Placement {
  const { options } = frame.placement;
  const parsed: unknown = typeof options === 'string' ? parse(options) : options;
  const id = Number((parsed as { ID?: unknown } | null)?.ID);
  return { code: frame.placement.placement, recordId: Number.isSafeInteger(id) && id > 0 ? id : null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function withDeadline<Value>(promise: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The portal does not answer')), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
