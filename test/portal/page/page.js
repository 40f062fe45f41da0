import { run } from './api.js';
import { showJournal, watchJournal } from './journal.js';
import { showCard, showList } from './records.js';

const titles = { deal: 'Сделки', contact: 'Контакты', company: 'Компании', journal: 'Журнал вызовов и событий' };

/** Shows what the address after `#` names: `/deal`, `/deal/17`, `/deal/new`, `/journal`. */
async function route() {
  const [, kind = 'deal', id] = (location.hash || '#/deal').slice(1).split('/');
  document.querySelector('#title').textContent = titles[kind] ?? titles.deal;
  document.querySelector('#add').hidden = kind === 'journal' || id !== undefined;
  document.querySelector('#search').hidden = kind === 'journal' || id !== undefined;
  for (const link of document.querySelectorAll('.menu a')) {
    const isActive = link.dataset.kind === kind;
    link.classList.toggle('active', isActive);
    if (isActive) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (kind === 'journal') return showJournal();
  return id === undefined ? showList(kind) : showCard(kind, id);
}

document.querySelector('#add').addEventListener('click', () => {
  location.hash = `${location.hash || '#/deal'}/new`;
});
document.querySelector('#search').addEventListener('input', () => run(route));
addEventListener('hashchange', () => {
  document.querySelector('#message').textContent = '';
  run(route);
});
watchJournal();
run(route);
