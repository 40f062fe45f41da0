import { button, call, element } from './api.js';
import { boxes, field, foldedForm, secret, ticked } from './form-fields.js';
import { word } from './words.js';

const scopes = ['crm', 'user', 'placement', 'task', 'im', 'pull'];

/** The cards of the applications, newest last; `changed` gets what was done. */
export function makeAppList(apps, changed) {
  if (apps.length === 0) return element('p', { className: 'empty', textContent: word('Приложений пока нет.') });
  return element('div', { className: 'app-cards' }, ...apps.map((app) => makeAppCard(app, changed)));
}

/** The form that adds a local application. */
export function makeAppForm(changed) {
  const hint = word('Пусто: приложение без интерфейса, только API');
  const itself = element('input', { type: 'checkbox', name: 'completesItself' });
  const children = [
    element('p', { className: 'kind', textContent: word('Тип: серверное') }),
    field(word('Текст пункта меню'), { name: 'menuItem' }, hint),
    field(word('Путь вашего обработчика'), { name: 'handlerUrl', type: 'url', required: true }),
    field(word('Путь для первоначальной установки'), { name: 'installUrl', type: 'url' }, word('Необязательно')),
    boxes(word('Права'), 'scopes', scopes, ['crm', 'user', 'placement']),
    element('label', { className: 'box' }, itself, word('Приложение само завершает установку')),
  ];
  return foldedForm(word('Добавить локальное приложение'), children, async (form) => {
    const [menuItem, handlerUrl, installUrl] = ['menuItem', 'handlerUrl', 'installUrl'].map((name) => form[name].value);
    const body = { menuItem, handlerUrl, installUrl, scopes: ticked(form, 'scopes'), completesItself: itself.checked };
    await call('/api/apps', { method: 'POST', body });
    await changed(word('Приложение сохранено'));
  });
}

function makeAppCard(app, changed) {
  const { id, menuItem, isInstalled, handlerUrl, installUrl, version } = app;
  const state = isInstalled ? word('установлено') : word('ожидает завершения установки');
  const badge = element('span', { className: `badge ${isInstalled ? 'good' : 'waiting'}`, textContent: state });
  const title = element('h3', {}, menuItem ?? word('Без интерфейса'), ' ', badge);
  const details = element(
    'dl',
    {},
    ...secret('client_id', app.clientId),
    ...secret('client_secret', app.clientSecret),
    ...secret('application_token', app.applicationToken),
    ...secret(word('Обработчик'), handlerUrl),
    ...(installUrl ? secret(word('Установка'), installUrl) : []),
    ...secret(word('Права'), app.scopes.join(', ')),
    ...secret(word('Версия'), String(version)),
    ...secret(word('Встройки'), app.placements.join(', ') || word('нет')),
    ...secret(word('События'), app.events.join(', ') || word('нет')),
  );
  const open = element('a', {
    href: `#/app/${id}`,
    className: 'button',
    textContent: word('Открыть'),
    hidden: menuItem === null,
  });
  const act = (path, method, text) => async () => {
    await call(`/api/apps/${id}${path}`, { method, ...(method === 'POST' && { body: {} }) });
    await changed(text);
  };
  const buttons = element(
    'div',
    { className: 'buttons' },
    open,
    button(word('Переустановить'), act('/reinstall', 'POST', word('Установка начата заново'))),
    button(word('Удалить'), async () => question.ask(), { className: 'danger' }),
  );
  const question = makeQuestion(act, () => buttons.lastElementChild.focus());
  const card = element('article', { className: 'panel app-card' }, title, details, buttons, question.root);
  card.dataset.clientId = app.clientId;
  return card;
}

/** What deleting means, and whether it is meant; `onClose` when it is not. */
function makeQuestion(act, onClose) {
  const title = word('Удалить приложение?');
  const root = element('div', { className: 'question', hidden: true, tabIndex: -1 });
  root.setAttribute('role', 'alertdialog');
  root.setAttribute('aria-label', title);
  const close = () => {
    root.hidden = true;
    onClose();
  };
  root.addEventListener('keydown', ({ key }) => key === 'Escape' && close());
  const meaning = word(
    'Приложение потеряет доступ к порталу, его вкладки и события исчезнут. Установить его можно заново.',
  );
  const danger = { className: 'danger' };
  root.append(
    element('h4', { textContent: title }),
    element('p', { textContent: meaning }),
    element(
      'div',
      { className: 'buttons' },
      button(word('Да, удалить'), act('?clean=0', 'DELETE', word('Приложение удалено')), danger),
      button(word('Да, удалить с данными'), act('?clean=1', 'DELETE', word('Приложение и его данные удалены')), danger),
      button(word('Отмена'), async () => close()),
    ),
  );
  return {
    root,
    ask() {
      root.hidden = false;
      root.focus();
    },
  };
}
