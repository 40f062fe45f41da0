import { button, call, element, run, say } from './api.js';
import { dates, forms, multifields } from './card-fields.js';
import { word } from './words.js';

/** The form of one record, to be edited as a manager would; a record that is saved opens anew. */
export function makeCardForm(kind, id, record) {
  const isNew = id === 'new';
  const fields = Object.entries(forms[kind]).map(([field, label]) =>
    element('label', {}, word(label), ...inputsFor(field, record[field])),
  );
  const submit = element('button', { className: 'primary', textContent: word('Сохранить') });
  const toList = () => {
    location.hash = `#/${kind}`;
  };
  const back = button(word('К списку'), async () => toList());
  const remove = button(
    word('Удалить'),
    async () => {
      await call(`/api/records/${kind}/${id}`, { method: 'DELETE' });
      toList();
    },
    { className: 'danger', hidden: isNew },
  );
  const form = element(
    'form',
    { className: 'card' },
    ...fields,
    element('div', { className: 'buttons' }, submit, back, remove),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    run(() => save(form, kind, id, changedFields(form, record)));
  });
  return form;
}

async function save(form, kind, id, body) {
  const isNew = id === 'new';
  const saved = await call(`/api/records/${kind}${isNew ? '' : `/${id}`}`, { method: 'POST', body });
  say(`${word('Сохранено')}: ${saved.ID}`);
  if (isNew) location.hash = `#/${kind}/${saved.ID}`;
  else form.replaceWith(makeCardForm(kind, id, saved));
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
      const type = element('input', { value: item.VALUE_TYPE, disabled: true, ariaLabel: word('Вид') });
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
