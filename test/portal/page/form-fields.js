import { element, run } from './api.js';
import { word } from './words.js';

/** A labelled input. */
export function field(label, properties, hint = '') {
  const note = hint && element('small', { textContent: hint });
  return element(
    'label',
    { className: 'field' },
    label,
    element('input', { type: 'text', ...properties }),
    note || null,
  );
}

/** A group of boxes to tick; their values are read by `ticked`. */
export function boxes(legend, name, values, checked = values) {
  const made = values.map((value) =>
    element(
      'label',
      { className: 'box' },
      element('input', { type: 'checkbox', name, value, checked: checked.includes(value) }),
      value,
    ),
  );
  return element('fieldset', {}, element('legend', { textContent: legend }), ...made);
}

export function ticked(form, name) {
  return [...form.querySelectorAll(`input[name="${name}"]:checked`)].map(({ value }) => value);
}

/** A form folded behind its title; `onSubmit` gets the form. */
export function foldedForm(title, children, onSubmit) {
  const submit = element('button', { className: 'primary', textContent: word('Сохранить') });
  const form = element('form', {}, ...children, element('div', { className: 'buttons' }, submit));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    run(() => onSubmit(form));
  });
  return element('details', { className: 'panel' }, element('summary', { textContent: title }), form);
}

/** A value that is made to be copied. */
export function secret(label, value) {
  const code = element('code', { textContent: value });
  return [element('dt', { textContent: label }), element('dd', {}, code)];
}
