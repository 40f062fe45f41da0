import { call, element, run, say } from './api.js';
import { beginPage } from './content.js';
import { said, word } from './words.js';

const lookMs = 1500;
let timer;

/** Troubles to be switched on and off, and beside them a tour whose steps tick themselves. */
export async function showTroubles() {
  const show = beginPage();
  const panel = element('section', { className: 'troubles' });
  const tour = element('section', { className: 'tour panel' });
  panel.setAttribute('aria-label', word('Сбои'));
  tour.setAttribute('aria-label', word('Тур'));
  draw(panel, (await call('/api/troubles')).troubles);
  await drawTour(tour);
  show(element('div', { className: 'simulation' }, panel, tour));
  clearInterval(timer);
  timer = setInterval(() => {
    if (tour.isConnected) run(() => drawTour(tour));
    else clearInterval(timer);
  }, lookMs);
}

function draw(panel, troubles) {
  const intro = word(
    'Каждый сбой действует, пока включён. Что при этом происходит, видно в приложении и в журнале справа.',
  );
  panel.replaceChildren(
    element('h2', { textContent: word('Сбои') }),
    element('p', { className: 'hint', textContent: intro }),
    ...troubles.map((trouble) => row(panel, trouble)),
  );
}

function row(panel, { name, title, hint, fields, isOnce, isOn, values }) {
  const inputs = fields.map((field) => input(field, values[field.name], isOn));
  const label = isOn ? word('Выключить') : isOnce ? word('Начать') : word('Включить');
  const button = element('button', {
    type: 'button',
    className: isOn ? 'primary' : '',
    textContent: label,
    ariaLabel: `${label}: ${said(title)}`,
  });
  button.addEventListener('click', () => run(() => press()));
  async function press() {
    button.disabled = true;
    say('');
    try {
      const given = Object.fromEntries(inputs.map(({ control }) => [control.name, control.value]));
      const { troubles, text } = await call(`/api/troubles/${name}`, { method: 'POST', body: { ...given, on: !isOn } });
      draw(panel, troubles);
      if (text) say(said(text));
      // The button is another one now: the keyboard stays at it.
      panel.querySelector(`[data-trouble="${name}"] button`)?.focus();
    } finally {
      button.disabled = false;
    }
  }
  const state = element('span', { className: 'badge waiting', textContent: word('включён'), hidden: !isOn });
  const made = element(
    'article',
    { className: isOn ? 'panel trouble on' : 'panel trouble' },
    element(
      'div',
      {},
      element('h3', {}, said(title), ' ', state),
      element('p', { className: 'hint', textContent: said(hint) }),
    ),
    element('div', { className: 'controls' }, ...inputs.map(({ root }) => root), button),
  );
  made.dataset.trouble = name;
  return made;
}

function input({ name, label, choices }, value, disabled) {
  const control = choices
    ? element(
        'select',
        { name, disabled },
        ...choices.map((choice) => element('option', { value: choice, textContent: choice })),
      )
    : element('input', { name, disabled, type: 'text', inputMode: 'numeric' });
  control.value = value;
  return { control, root: element('label', {}, `${said(label)} `, control) };
}

async function drawTour(tour) {
  const { steps } = await call('/api/tour');
  const next = steps.findIndex(({ isDone }) => !isDone);
  const shape = JSON.stringify(steps.map(({ isDone }) => isDone));
  // What did not change keeps the focus that may stand in it.
  if (tour.dataset.shape === shape) return;
  tour.dataset.shape = shape;
  const done = steps.filter(({ isDone }) => isDone).length;
  const status = element('p', { className: 'hint', textContent: `${word('Пройдено')}: ${done} / ${steps.length}` });
  status.setAttribute('role', 'status');
  tour.replaceChildren(
    element('h2', { textContent: word('Тур') }),
    status,
    element('ol', {}, ...steps.map((step, index) => tourStep(step, index === next))),
  );
}

function tourStep({ name, title, text, link, isDone }, isNext) {
  const mark = element('span', { className: 'mark' });
  mark.setAttribute('aria-hidden', 'true');
  const state = element('span', { className: 'sr-only', textContent: isDone ? ` (${word('сделано')})` : '' });
  const made = element(
    'li',
    { className: [isDone && 'done', isNext && 'next'].filter(Boolean).join(' ') },
    mark,
    element(
      'div',
      {},
      element('h3', {}, said(title), state),
      element('p', { className: 'hint', textContent: said(text) }),
      link && isNext ? element('a', { href: link, textContent: word('Открыть') }) : null,
    ),
  );
  made.dataset.step = name;
  if (isNext) made.setAttribute('aria-current', 'step');
  return made;
}
