import { button, call, element } from './api.js';
import { boxes, field, foldedForm, secret, ticked } from './form-fields.js';

const scopes = ['crm', 'user', 'placement', 'task', 'im', 'pull'];

/** The cards of the applications, newest last; `changed` gets what was done. */
export function makeAppList(apps, changed) {
  if (apps.length === 0) return element('p', { className: 'empty', textContent: 'Приложений пока нет.' });
  return element('div', { className: 'app-cards' }, ...apps.map((app) => makeAppCard(app, changed)));
}

/** The form that adds a local application. */
export function makeAppForm(changed) {
  const hint = 'Пусто: приложение без интерфейса, только API';
  const itself = element('input', { type: 'checkbox', name: 'completesItself' });
  const children = [
    element('p', { className: 'kind', textContent: 'Тип: серверное' }),
    field('Текст пункта меню', { name: 'menuItem' }, hint),
    field('Путь вашего обработчика', { name: 'handlerUrl', type: 'url', required: true }),
    field('Путь для первоначальной установки', { name: 'installUrl', type: 'url' }, 'Необязательно'),
    boxes('Права', 'scopes', scopes, ['crm', 'user', 'placement']),
    element('label', { className: 'box' }, itself, 'Приложение само завершает установку'),
  ];
  return foldedForm('Добавить локальное приложение', children, async (form) => {
    const [menuItem, handlerUrl, installUrl] = ['menuItem', 'handlerUrl', 'installUrl'].map((name) => form[name].value);
    const body = { menuItem, handlerUrl, installUrl, scopes: ticked(form, 'scopes'), completesItself: itself.checked };
    await call('/api/apps', { method: 'POST', body });
    await changed('Приложение сохранено');
  });
}

function makeAppCard(app, changed) {
  const { id, menuItem, isInstalled, handlerUrl, installUrl, version } = app;
  const state = isInstalled ? 'установлено' : 'ожидает завершения установки';
  const badge = element('span', { className: `badge ${isInstalled ? 'good' : 'waiting'}`, textContent: state });
  const title = element('h3', {}, menuItem ?? 'Без интерфейса', ' ', badge);
  const details = element(
    'dl',
    {},
    ...secret('client_id', app.clientId),
    ...secret('client_secret', app.clientSecret),
    ...secret('application_token', app.applicationToken),
    ...secret('Обработчик', handlerUrl),
    ...(installUrl ? secret('Установка', installUrl) : []),
    ...secret('Права', app.scopes.join(', ')),
    ...secret('Версия', String(version)),
    ...secret('Встройки', app.placements.join(', ') || 'нет'),
    ...secret('События', app.events.join(', ') || 'нет'),
  );
  const open = element('a', {
    href: `#/app/${id}`,
    className: 'button',
    textContent: 'Открыть',
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
    button('Переустановить', act('/reinstall', 'POST', 'Установка начата заново')),
    button('Удалить', act('?clean=0', 'DELETE', 'Приложение удалено'), { className: 'danger' }),
    button('Удалить с данными', act('?clean=1', 'DELETE', 'Приложение и его данные удалены'), { className: 'danger' }),
  );
  const card = element('article', { className: 'panel app-card' }, title, details, buttons);
  card.dataset.clientId = app.clientId;
  return card;
}
