import { button, call, element } from './api.js';
import { boxes, field, foldedForm, ticked } from './form-fields.js';
import { word } from './words.js';

const scopes = ['crm', 'user', 'placement', 'task'];
const events = ['DEAL', 'CONTACT', 'COMPANY'].flatMap((kind) =>
  ['ADD', 'UPDATE', 'DELETE'].map((change) => `ONCRM${kind}${change}`),
);

/** Webhooks by which others call the portal; the address is shown to its owner only. */
export function makeInbound(webhooks, changed) {
  const act = actions(changed);
  const rows = webhooks.map(({ id, url, userId, scopes: granted }) => [
    url ?? `${word('Вебхук сотрудника')} ${userId}: ${word('адрес виден только ему')}`,
    granted.join(', '),
    button(word('Отозвать'), act(`inbound/${id}`, 'DELETE', word('Вебхук отозван')), { className: 'danger' }),
  ]);
  const form = foldedForm(
    word('Добавить входящий вебхук'),
    [boxes(word('Права'), 'scopes', scopes, ['crm', 'user'])],
    (made) => act('inbound', 'POST', word('Вебхук создан'), { scopes: ticked(made, 'scopes') })(),
  );
  return element('div', {}, table([word('Адрес'), word('Права'), ''], rows), form);
}

/** Webhooks by which the portal tells others of events. */
export function makeOutgoing(webhooks, changed) {
  const act = actions(changed);
  const rows = webhooks.map(({ id, url, token, events: told }) => [
    url,
    token,
    told.join(', '),
    button(word('Удалить'), act(`outgoing/${id}`, 'DELETE', word('Вебхук удалён')), { className: 'danger' }),
  ]);
  const address = field(word('Адрес обработчика'), { name: 'url', type: 'url', required: true });
  const form = foldedForm(
    word('Добавить исходящий вебхук'),
    [address, boxes(word('События'), 'events', events)],
    (made) => act('outgoing', 'POST', word('Вебхук создан'), { url: made.url.value, events: ticked(made, 'events') })(),
  );
  return element('div', {}, table([word('Обработчик'), word('Токен'), word('События'), ''], rows), form);
}

function actions(changed) {
  return (path, method, text, body) => async () => {
    await call(`/api/${path}`, { method, body });
    await changed(text);
  };
}

function table(head, rows) {
  if (rows.length === 0) return element('p', { className: 'empty', textContent: word('Пока нет.') });
  const cells = (row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell)));
  return element(
    'table',
    { className: 'plain' },
    element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { textContent: text })))),
    element('tbody', {}, ...rows.map(cells)),
  );
}
