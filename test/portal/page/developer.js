import { call, element, say } from './api.js';
import { beginPage } from './content.js';
import { makeAppForm, makeAppList } from './developer-apps.js';
import { makeInbound, makeOutgoing } from './developer-webhooks.js';
import { loadMenu, session } from './session.js';
import { word } from './words.js';

/** Applications and webhooks: what an administrator does under «Разработчикам». */
export async function showDeveloper() {
  const show = beginPage();
  if (!session.isAdmin) {
    show(element('p', { className: 'refusal', textContent: word('Раздел доступен администраторам портала.') }));
    return;
  }
  const [{ apps, isAvailable }, inbound, outgoing] = await Promise.all(
    ['apps', 'inbound', 'outgoing'].map((name) => call(`/api/${name}`)),
  );
  const without = element('p', {
    className: 'refusal',
    textContent: word('Портал запущен без сервера авторизации: приложений нет.'),
  });
  show(
    section(
      word('Локальные приложения'),
      isAvailable ? makeAppList(apps, changed) : without,
      isAvailable ? makeAppForm(changed) : null,
    ),
    section(word('Входящие вебхуки'), makeInbound(inbound, changed)),
    section(word('Исходящие вебхуки'), makeOutgoing(outgoing, changed)),
  );
}

async function changed(text) {
  await loadMenu();
  await showDeveloper();
  say(text);
}

function section(title, ...children) {
  return element('section', { className: 'developer' }, element('h2', { textContent: title }), ...children);
}
