import { call, element } from './api.js';
import { beginPage, setHeading } from './content.js';
import { openFrame } from './frames.js';
import { isRussian, word } from './words.js';

const russian = {
  'The application is not fully installed yet. Please contact your Bitrix24 administrator to complete the installation.':
    'Приложение установлено не до конца. Обратитесь к администратору Битрикс24, чтобы завершить установку.',
  'The user does not have access to the application.': 'Администратор ограничил доступ к приложению.',
  'Subscription has been ended': 'Срок оплаты приложения истёк.',
};

/** An application's own page, its install page, or one of its items in the left menu. */
export async function showAppPage(appId, bindingId) {
  const show = beginPage();
  const items = await call('/api/menu');
  const item = items.find((candidate) => candidate.appId === appId && candidate.bindingId === bindingId);
  const title = item?.title ?? word('Приложение');
  setHeading(title);
  const host = element('div', { className: 'app-host' });
  show(host);
  const isOwn = bindingId === undefined;
  // The page's own query becomes the options of an application's page.
  const options = isOwn
    ? Object.fromEntries(new URLSearchParams(location.search))
    : { URI: `${location.pathname}${location.hash}` };
  await showFrame(host, {
    ...{ appId, bindingId, options, title },
    placement: isOwn ? 'DEFAULT' : 'LEFT_MENU',
    view: isOwn ? 'page' : 'placement',
  });
}

/** Opens a frame, or shows in its place why the portal does not. */
export async function showFrame(host, request) {
  const refusal = await openFrame(host, request);
  if (!refusal) return;
  host.replaceChildren(
    element('p', { className: 'refusal', textContent: isRussian() ? (russian[refusal] ?? refusal) : refusal }),
  );
}
