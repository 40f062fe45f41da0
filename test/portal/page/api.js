import { word } from './words.js';

/** Calls the portal's control interface; throws an Error with the portal's own words. */
export async function call(path, { method = 'GET', body } = {}) {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error ?? answer.statusText);
  return data;
}

/** Makes an element: texts are set as text, never as markup. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Makes a button that says what went wrong. */
export function button(text, action, properties = {}) {
  const made = element('button', { type: 'button', textContent: text, ...properties });
  made.addEventListener('click', () => run(action));
  return made;
}

export function say(text, isError = false) {
  const message = document.querySelector('#message');
  message.textContent = word(text);
  message.classList.toggle('error', isError);
}

/** Runs what nobody waits for: a failure is shown to the person. */
export function run(action) {
  action().catch((error) => say(error.message, true));
}
