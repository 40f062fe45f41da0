import { word } from './words.js';

let latest = 0;

/** Begins a page: returns what puts its elements into place, unless another page has begun meanwhile. */
export function beginPage() {
  const turn = ++latest;
  return (...children) => {
    if (turn === latest) document.querySelector('#content').replaceChildren(...children);
  };
}

/** The page's heading. */
export function setHeading(text) {
  document.querySelector('#title').textContent = text;
  document.title = [text, word('Битрикс24 (имитация)')].filter(Boolean).join(' · ');
}
