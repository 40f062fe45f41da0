import { call, element, run } from './api.js';
import { beginPage } from './content.js';
import { isRussian, word } from './words.js';

const lookMs = 3000;
let timer;

/** Shows the mailbox in the menu where there is a mail server beside the portal. */
export async function offerMail() {
  const { isAvailable } = await call('/api/mail');
  document.querySelector('#menu-mail').hidden = !isAvailable;
}

/** The letters that the mail server beside the portal has received, the newest first. */
export async function showMail() {
  const show = beginPage();
  const list = element('section', { className: 'letters' });
  await draw(list);
  show(list);
  clearInterval(timer);
  timer = setInterval(() => {
    if (list.isConnected) run(() => draw(list));
    else clearInterval(timer);
  }, lookMs);
}

async function draw(list) {
  const { letters } = await call('/api/mail');
  if (list.dataset.count === String(letters.length)) return;
  list.dataset.count = String(letters.length);
  if (letters.length === 0) {
    const text = word('Писем пока нет: они придут, когда что-то пойдёт не так. Попробуйте «Сбои».');
    list.replaceChildren(element('p', { className: 'empty', textContent: text }));
    return;
  }
  list.replaceChildren(...letters.map(letter));
}

function letter({ at, from, to, subject, text }) {
  const time = new Date(at).toLocaleString(isRussian() ? 'ru' : 'en-GB', { dateStyle: 'short', timeStyle: 'medium' });
  return element(
    'article',
    { className: 'panel' },
    element('h3', { textContent: subject }),
    element('p', { className: 'hint', textContent: `${time} · ${from} → ${to.join(', ')}` }),
    element('p', { className: 'letter-text' }, ...linked(text)),
  );
}

/** Addresses in the text become links. */
function linked(text) {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part) =>
      /^https?:/.test(part) ? element('a', { href: part, target: '_blank', rel: 'noopener', textContent: part }) : part,
    );
}
