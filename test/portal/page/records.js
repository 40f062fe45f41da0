import { call, element, run, say } from './api.js';

const columns = {
  deal: { TITLE: 'Название', STAGE_ID: 'Стадия', COMPANY_ID: 'Компания', BEGINDATE: 'Начало', CLOSEDATE: 'Завершение' },
  contact: { NAME: 'Имя', LAST_NAME: 'Фамилия', PHONE: 'Телефон', EMAIL: 'E-mail' },
  company: { TITLE: 'Название', PHONE: 'Телефон', EMAIL: 'E-mail' },
};
const forms = {
  deal: { ...columns.deal, COMMENTS: 'Комментарий' },
  contact: { ...columns.contact, COMMENTS: 'Комментарий' },
  company: { ...columns.company, COMMENTS: 'Комментарий' },
};
const multifields = new Set(['PHONE', 'EMAIL']);
const dates = new Set(['BEGINDATE', 'CLOSEDATE']);

let page = 1;
let shownKind = '';
let latest = 0;

/** The list of one kind, fifty a page; a row opens its card. */
export async function showList(kind) {
  if (kind !== shownKind) page = 1;
  shownKind = kind;
  const turn = ++latest;
  const query = new URLSearchParams({ page: String(page), q: document.querySelector('#search').value });
  const { items, total, pages } = await call(`/api/records/${kind}?${query}`);
  // A slower answer to an older question must not replace a newer one.
  if (turn !== latest) return;
  const head = ['ID', ...Object.values(columns[kind])].map((text) => element('th', { textContent: text }));
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
    const button = element('button', { type: 'button', textContent: text, disabled: to < 1 || to > pages });
    button.addEventListener('click', () => {
      page = to;
      run(() => showList(kind));
    });
    return button;
  };
  const counter = element('span', { textContent: `${page} из ${Math.max(pages, 1)}, всего ${total}` });
  const turner = element('div', { className: 'pages' }, turnTo('Назад', page - 1), counter, turnTo('Вперёд', page + 1));
  document.querySelector('#content').replaceChildren(turner, table);
}

/** The card of one record, to be edited as a manager would. */
export async function showCard(kind, id) {
  latest += 1;
  const isNew = id === 'new';
  const record = isNew ? {} : await call(`/api/records/${kind}/${id}`);
  const fields = Object.entries(forms[kind]).map(([field, label]) =>
    element('label', {}, label, ...inputsFor(field, record[field])),
  );
  const save = element('button', { className: 'primary', textContent: 'Сохранить' });
  const back = element('button', { type: 'button', textContent: 'К списку' });
  back.addEventListener('click', () => {
    location.hash = `#/${kind}`;
  });
  const remove = element('button', { type: 'button', className: 'danger', textContent: 'Удалить', hidden: isNew });
  remove.addEventListener('click', () =>
    run(async () => {
      await call(`/api/records/${kind}/${id}`, { method: 'DELETE' });
      location.hash = `#/${kind}`;
    }),
  );
  const form = element(
    'form',
    { className: 'card' },
    ...fields,
    element('div', { className: 'buttons' }, save, back, remove),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    run(() => saveCard(kind, id, changedFields(form, record)));
  });
  document.querySelector('#content').replaceChildren(form);
}

async function saveCard(kind, id, body) {
  const isNew = id === 'new';
  const saved = await call(`/api/records/${kind}${isNew ? '' : `/${id}`}`, { method: 'POST', body });
  say(`Сохранено: ${saved.ID}`);
  if (isNew) location.hash = `#/${kind}/${saved.ID}`;
  else await showCard(kind, id);
}

function inputsFor(field, value) {
  if (field === 'COMMENTS') {
    return [element('textarea', { name: field, rows: 9, value: String(value ?? '') })];
  }
  if (multifields.has(field)) {
    const values = [...(value ?? []), { ID: '', VALUE: '', VALUE_TYPE: 'WORK' }];
    return values.map((item) => {
      const input = element('input', { name: field, value: item.VALUE });
      input.dataset.id = item.ID;
      const type = element('input', { value: item.VALUE_TYPE, disabled: true, ariaLabel: 'Вид' });
      return element('span', { className: 'multifield' }, input, type);
    });
  }
  const text = dates.has(field) ? String(value ?? '').slice(0, 10) : String(value ?? '');
  return [element('input', { name: field, value: text, type: dates.has(field) ? 'date' : 'text' })];
}

/** Only what the person changed, as a real card sends it. */
function changedFields(form, record) {
  const changes = {};
  for (const input of form.querySelectorAll('input[name], textarea[name]')) {
    if (!multifields.has(input.name)) {
      if (input.value !== String(record[input.name] ?? '')) changes[input.name] = input.value;
      continue;
    }
    changes[input.name] ??= [];
    const item = { VALUE: input.value };
    changes[input.name].push(input.dataset.id ? { ID: input.dataset.id, ...item } : { ...item, VALUE_TYPE: 'WORK' });
  }
  return changes;
}

function shown(field, value) {
  if (multifields.has(field)) return (value ?? []).map((item) => item.VALUE).join(', ');
  if (dates.has(field)) return String(value ?? '').slice(0, 10);
  return String(value ?? '');
}
