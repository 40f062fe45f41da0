import { button, call, element } from './api.js';
import { columns, dates, multifields } from './card-fields.js';
import { beginPage } from './content.js';
import { word } from './words.js';

let page = 1;
let shownKind = '';

/** The list of one kind, fifty a page; a row opens its card. */
export async function showList(kind) {
  if (kind !== shownKind) page = 1;
  shownKind = kind;
  const show = beginPage();
  const query = new URLSearchParams({ page: String(page), q: document.querySelector('#search').value });
  const { items, total, pages } = await call(`/api/records/${kind}?${query}`);
  const head = ['ID', ...Object.values(columns[kind])].map((text) => element('th', { textContent: word(text) }));
  const rows = items.map((item) => {
    const cells = Object.keys(columns[kind]).map((field) =>
      element('td', { className: dates.has(field) ? 'date' : '', textContent: shown(field, item[field]) }),
    );
    const link = element('a', { href: `#/${kind}/${item.ID}`, textContent: item.ID });
    const row = element('tr', {}, element('td', {}, link), ...cells);
    row.addEventListener('click', () => {
      location.hash = `#/${kind}/${item.ID}`;
    });
    return row;
  });
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows));
  const turnTo = (text, to) => {
    const turn = () => {
      page = to;
      return showList(kind);
    };
    return button(text, turn, { disabled: to < 1 || to > pages });
  };
  const counter = element('span', { textContent: `${page} / ${Math.max(pages, 1)}, ${word('всего')} ${total}` });
  const turner = element(
    'div',
    { className: 'pages' },
    turnTo(word('Назад'), page - 1),
    counter,
    turnTo(word('Вперёд'), page + 1),
  );
  show(turner, table);
}

function shown(field, value) {
  if (multifields.has(field)) return (value ?? []).map((item) => item.VALUE).join(', ');
  if (dates.has(field)) return String(value ?? '').slice(0, 10);
  return String(value ?? '');
}
