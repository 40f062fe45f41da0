import { button, call, element } from './api.js';
import { boxes, field, foldedForm, ticked } from './form-fields.js';

const scopes = ['crm', 'user', 'placement', 'task'];
const events = ['DEAL', 'CONTACT', 'COMPANY'].flatMap((kind) =>
  ['ADD', 'UPDATE', 'DELETE'].map((change) => `ONCRM${kind}${change}`),
);

/** Webhooks by which others call the portal; the address is shown to its owner only. */
export function makeInbound(webhooks, changed) {
  const act = actions(changed);
  const rows = webhooks.map(({ id, url, userId, scopes: granted }) => [
    url ?? `Вебхук сотрудника ${userId}: адрес виден только ему`,
    granted.join(', '),
    button('Отозвать', act(`inbound/${id}`, 'DELETE', 'Вебхук отозван'), { className: 'danger' }),
  ]);
  const form = foldedForm('Добавить входящий вебхук', [boxes('Права', 'scopes', scopes, ['crm', 'user'])], (made) =>
    act('inbound', 'POST', 'Вебхук создан', { scopes: ticked(made, 'scopes') })(),
  );
  return element('div', {}, table(['Адрес', 'Права', ''], rows), form);
}

/** Webhooks by which the portal tells others of events. */
export function makeOutgoing(webhooks, changed) {
  const act = actions(changed);
  const rows = webhooks.map(({ id, url, token, events: told }) => [
    url,
    token,
    told.join(', '),
    button('Удалить', act(`outgoing/${id}`, 'DELETE', 'Вебхук удалён'), { className: 'danger' }),
  ]);
  const address = field('Адрес обработчика', { name: 'url', type: 'url', required: true });
  const form = foldedForm('Добавить исходящий вебхук', [address, boxes('События', 'events', events)], (made) =>
    act('outgoing', 'POST', 'Вебхук создан', { url: made.url.value, events: ticked(made, 'events') })(),
  );
  return element('div', {}, table(['Обработчик', 'Токен', 'События', ''], rows), form);
}

function actions(changed) {
  return (path, method, text, body) => async () => {
    await call(`/api/${path}`, { method, body });
    await changed(text);
  };
}

function table(head, rows) {
  if (rows.length === 0) return element('p', { className: 'empty', textContent: 'Пока нет.' });
  const cells = (row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell)));
  return element(
    'table',
    { className: 'plain' },
    element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { textContent: text })))),
    element('tbody', {}, ...rows.map(cells)),
  );
}
