import { call, element } from './api.js';
import { beginPage } from './content.js';
import { word } from './words.js';

const liveLines = 60;
let count = 0;

/** Follows the journal as it is written, beside every page. */
export function watchJournal() {
  const live = document.querySelector('#live');
  // It is scrolled by the keyboard, too.
  document.querySelector('aside').tabIndex = 0;
  const stream = new EventSource('/api/journal/stream');
  stream.onmessage = ({ data }) => {
    const entry = JSON.parse(data);
    count += 1;
    document.querySelector('#journal-count').textContent = `(${count})`;
    live.prepend(line(entry));
    while (live.childElementCount > liveLines) live.lastElementChild.remove();
  };
}

/** The last calls and events with their parameters. */
export async function showJournal() {
  const show = beginPage();
  const { entries } = await call('/api/journal?after=0');
  const rows = entries
    .slice(-300)
    .reverse()
    .map((entry) =>
      element(
        'tr',
        {},
        element('td', { textContent: entry.at.slice(11, 19) }),
        element('td', { textContent: entry.method }),
        element('td', { textContent: entry.error || entry.status }),
        element('td', { textContent: `${entry.ms} ${word('мс')}` }),
        element('td', { className: 'params', textContent: JSON.stringify(entry.params ?? {}).slice(0, 400) }),
      ),
    );
  const head = [word('Время'), word('Метод или событие'), word('Ответ'), word('Длительность'), word('Параметры')];
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { textContent: text })))),
    element('tbody', {}, ...rows),
  );
  show(table);
}

function line(entry) {
  // Some refusals of the portal have an empty code.
  const isRefused = entry.error !== undefined;
  const kind =
    isRefused || entry.kind === 'fault' ? 'bad' : entry.kind === 'event' ? 'event' : entry.write ? 'write' : '';
  const name =
    entry.kind === 'event'
      ? word('событие')
      : entry.kind === 'fault'
        ? word('сбой')
        : entry.write
          ? word('запись')
          : word('чтение');
  return element(
    'li',
    {},
    element('span', { className: `tag ${kind}`, textContent: name }),
    `${entry.at.slice(11, 19)} ${entry.method} ${isRefused ? entry.error || entry.status : ''}`,
  );
}
