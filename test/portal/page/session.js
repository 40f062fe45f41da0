import { call, element, run } from './api.js';
import { chooseLanguage, word } from './words.js';

/** Who is logged in, and in which language; see `GET /api/session`. */
export const session = {};

/** Fills the header; a change of person or language loads the page anew, as a login does. */
export async function loadSession() {
  Object.assign(session, await call('/api/session'));
  chooseLanguage(session.lang);
  const people = document.querySelector('#user');
  people.replaceChildren(
    ...session.users.map(({ id, name, isAdmin }) =>
      element('option', { value: id, textContent: isAdmin ? `${name} (${word('администратор')})` : name }),
    ),
  );
  people.value = String(session.userId);
  const language = document.querySelector('#lang');
  language.value = session.lang;
  const change = (body) =>
    run(async () => {
      await call('/api/session', { method: 'POST', body });
      location.reload();
    });
  people.addEventListener('change', () => change({ userId: people.value }));
  language.addEventListener('change', () => change({ lang: language.value }));
}

/** The applications' items of the left menu. */
export async function loadMenu() {
  const items = await call('/api/menu');
  document
    .querySelector('#menu-apps')
    .replaceChildren(
      ...items.map(({ title, appId, bindingId }) =>
        element('a', { href: `#/app/${appId}${bindingId ? `/${bindingId}` : ''}`, textContent: title }),
      ),
    );
}

/** Marks the item that leads to the page shown. */
export function markMenu(section) {
  for (const link of document.querySelectorAll('.menu a')) {
    const isActive = link.getAttribute('href') === `#/${section}`;
    link.classList.toggle('active', isActive);
    if (isActive) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}
