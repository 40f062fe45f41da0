import { call, say } from './api.js';
import { setHeading } from './content.js';

/** Returned by a command that the portal never answers. */
export const silent = Symbol('silent');

/** What the portal's server answers; when it cannot, the person is told and the frame is left waiting. */
async function ask(command, params, { sid }) {
  const { value, refusal } = await call(`/api/frames/${sid}/${command}`, { method: 'POST', body: params });
  if (refusal) say(refusal, true);
  return value === undefined ? silent : value;
}

/** The parent's side of the frame protocol: each gets the parameters and the frame, and returns the answer. What is missing here is never answered. */
export const commonCommands = {
  getInitData: (params, layout) => ask('getInitData', params, layout),
  refreshAuth: (params, layout) => ask('refreshAuth', params, layout),
  setInstall: (params, layout) => ask('setInstall', params, layout),
  setUserOption: (params, layout) => ask('setUserOption', params, layout),
  setAppOption: (params, layout) => ask('setAppOption', params, layout),

  async setInstallFinish(params, layout) {
    if ((await ask('setInstallFinish', params, layout)) === silent) return silent;
    if (layout.close) {
      layout.close();
      return silent;
    }
    history.replaceState(null, '', `/?install_finished=Y${location.hash}`);
    location.reload();
    return silent;
  },

  resizeWindow({ width, height }, { iframe }) {
    iframe.style.width = typeof width === 'number' ? `${width}px` : width;
    iframe.style.height = `${height}px`;
    return { width: iframe.offsetWidth, height: iframe.offsetHeight };
  },

  setTitle({ title }) {
    setHeading(title);
    return { title };
  },

  setScroll({ scroll }) {
    scrollTo(0, Number(scroll));
    return { scroll };
  },

  reloadWindow() {
    location.reload();
    return silent;
  },

  getInterface: (_params, { reload }) => ({ command: reload ? ['reloadData'] : [], event: [] }),

  // Answered when the event comes. Which events the card's tabs have nobody documents, so any name may be bound.
  placementBindEvent: () => silent,

  // The form in the card reads its record again; other places have no such command.
  async reloadData(_params, { reload }) {
    if (!reload) return silent;
    await reload();
    return undefined;
  },

  closeApplication(_params, { close }) {
    close?.();
    return silent;
  },
};
