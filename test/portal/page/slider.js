import { button, element } from './api.js';
import { showFrame } from './app-page.js';
import { makeCardView } from './card-page.js';
import { word } from './words.js';

const kinds = /^\/crm\/(deal|contact|company)\/details\/(\d+)\/?$/;

/** Commands of frames that open something over the present page; each is answered when it is closed. */
export const sliderCommands = {
  openApplication: (params, { appId }) => openAppSlider(appId, params),
  openPath: ({ path }) => openPathSlider(path),
};

/** `bx24_*` dress the slider, the rest reaches the application. */
async function openAppSlider(appId, params) {
  const options = Object.fromEntries(Object.entries(params).filter(([name]) => !name.startsWith('bx24_')));
  const { host, close, closed } = openSlider(params.bx24_title ?? word('Приложение'), params.bx24_width);
  await showFrame(host, { appId, placement: 'DEFAULT', options, view: 'slider', title: word('Приложение'), close });
  await closed;
  return { result: 'close' };
}

/** Cards only; the fake beginning that chooses a slider's width falls away with the dots of the address. */
async function openPathSlider(path) {
  const [, kind, id] = kinds.exec(new URL(path, location.origin).pathname) ?? [];
  if (!kind) return { result: 'error', errorCode: 'PATH_NOT_AVAILABLE' };
  const { host, heading, closed } = openSlider('');
  const uri = `/crm/${kind}/details/${id}/?IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER`;
  const view = await makeCardView(kind, id, { uri });
  heading.textContent = view.title;
  host.replaceChildren(view.root);
  await closed;
  return { result: 'close' };
}

function openSlider(title, width) {
  const heading = element('h2', { textContent: title });
  const host = element('div', { className: 'slider-body' });
  const closer = button(word('Закрыть'), async () => close(), { className: 'slider-close' });
  const panel = element(
    'div',
    { className: 'slider-panel', role: 'dialog', ariaLabel: title || word('Карточка') },
    heading,
    host,
  );
  if (width) panel.style.width = `${width}px`;
  const slider = element('div', { className: 'slider' }, closer, panel);
  let finish;
  const closed = new Promise((resolve) => {
    finish = resolve;
  });
  const onKey = ({ key }) => key === 'Escape' && close();
  function close() {
    removeEventListener('keydown', onKey);
    removeEventListener('hashchange', close);
    slider.remove();
    finish();
  }
  addEventListener('keydown', onKey);
  addEventListener('hashchange', close);
  document.body.append(slider);
  closer.focus();
  return { host, heading, close, closed };
}
