import { call, element } from './api.js';
import { commonCommands, silent } from './frame-commands.js';
import { keepMessage, messages } from './frame-log.js';

/** What frames of a view may not ask: the portal is silent then. */
const denied = {
  page: [],
  placement: ['setTitle', 'setScroll', 'reloadWindow'],
  slider: ['setTitle', 'setScroll', 'reloadWindow', 'resizeWindow'],
};

/** Commands that are not answered although they are known: a portal that hangs. */
const muted = new Set();
const layouts = new Map();
const commands = { ...commonCommands };

/** Teaches the portal more commands: those that open other pages. */
export function addCommands(more) {
  Object.assign(commands, more);
}

/**
 * Opens an application in a frame: `window.name` is `HOST|1|SID`, the form is posted into it by the browser.
 * `request`: appId, placement, bindingId, options, title, view (`page`, `placement`, `slider`), reload (of the card around it), close.
 * Returns what the portal shows instead, or nothing.
 */
export async function openFrame(host, { appId, placement, bindingId, options, ...rest }) {
  const body = { appId, placement, bindingId, options };
  const { refusal, sid, name, form, origin } = await call('/api/frames', { method: 'POST', body });
  // The person may have gone on meanwhile, and a form without its frame would open a window.
  if (refusal || !host.isConnected) return refusal;
  const allow = 'geolocation *; microphone *; camera *; autoplay *;';
  const iframe = element('iframe', { name, allow, className: 'app-frame', title: rest.title ?? '' });
  const layout = { sid, iframe, origin, placement, appId, bound: new Map(), ...rest };
  for (const [old, { iframe: gone }] of layouts) if (!gone.isConnected) layouts.delete(old);
  iframe.classList.add('loading');
  iframe.addEventListener('load', () => iframe.classList.remove('loading'));
  host.replaceChildren(iframe);
  layouts.set(sid, layout);
  submit(form, name);
  return undefined;
}

function submit({ url, fields, encoding }, target) {
  const type = encoding === 'multipart' ? 'multipart/form-data' : 'application/x-www-form-urlencoded';
  const inputs = Object.entries(fields).map(([name, value]) => element('input', { type: 'hidden', name, value }));
  const form = element('form', { method: 'POST', action: url, target, enctype: type, hidden: true }, ...inputs);
  document.body.append(form);
  form.submit();
  form.remove();
}

addEventListener('message', ({ data, origin }) => {
  const message = parse(data);
  if (!message) return;
  const layout = layouts.get(message.sid);
  const verdict = judge(message, layout, origin);
  const { command, params, sid } = message;
  keepMessage({ direction: 'in', command, params, sid, placement: layout?.placement, origin, text: data, verdict });
  if (verdict === 'taken')
    answer(message, layout).catch((error) => keepMessage({ direction: 'failed', command, sid, text: error.message }));
});

async function answer({ command, params, callback }, layout) {
  const value = await commands[command](params, layout);
  if (value !== silent) reply(layout, callback, value, command);
  if (command === 'placementBindEvent') layout.bound.set(params.event, callback);
}

function judge({ command }, layout, origin) {
  if (!layout?.iframe.isConnected) return 'unknown SID';
  if (origin !== layout.origin) return 'wrong origin';
  if (denied[layout.view].includes(command)) return 'denied';
  if (muted.has(command)) return 'muted';
  return Object.hasOwn(commands, command) ? 'taken' : 'unknown';
}

/** `COMMAND[:JSON]:CALLBACK:SID`, or an object for commands whose name has a colon. */
function parse(data) {
  if (typeof data === 'object' && data !== null && 'appSid' in data) {
    return { command: data.method, params: data.params ?? {}, callback: data.callback, sid: data.appSid };
  }
  if (typeof data !== 'string') return null;
  const parts = data.split(':');
  if (parts.length < 3) return null;
  const [sid, callback] = [parts.pop(), parts.pop()];
  const [command, ...json] = parts;
  try {
    return { command, callback, sid, params: json.length > 0 ? JSON.parse(json.join(':')) : {} };
  } catch {
    return { command, callback, sid, params: {} };
  }
}

function reply({ iframe, origin, sid, placement }, callback, value, command) {
  const text = `${callback}:${value === undefined ? '' : JSON.stringify(value)}`;
  iframe.contentWindow.postMessage(text, origin);
  keepMessage({ direction: 'out', command, sid, placement, origin, text });
}

/** For tests: what was said, what is open, and a portal that is silent or raises an event of its own. */
window.portalFrames = {
  messages,
  muted,
  open: () =>
    [...layouts.values()]
      .filter(({ iframe }) => iframe.isConnected)
      .map(({ sid, placement, view, appId, iframe }) => ({ sid, placement, view, appId, name: iframe.name })),
  raise(event, data) {
    for (const layout of layouts.values()) {
      const callback = layout.bound.get(event);
      if (callback && layout.iframe.isConnected) reply(layout, callback, data, event);
    }
  },
};
