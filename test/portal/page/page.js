import { run } from './api.js';
import { showAppPage } from './app-page.js';
import { showCardPage } from './card-page.js';
import { setHeading } from './content.js';
import { showDeveloper } from './developer.js';
import { addCommands } from './frames.js';
import { showJournal, watchJournal } from './journal.js';
import { offerMail, showMail } from './mail.js';
import { showList } from './records.js';
import { loadMenu, loadSession, markMenu } from './session.js';
import { sliderCommands } from './slider.js';
import { showTroubles } from './troubles.js';
import { translatePage, word } from './words.js';

const titles = {
  deal: 'Сделки',
  contact: 'Контакты',
  company: 'Компании',
  journal: 'Журнал вызовов и событий',
  developer: 'Разработчикам',
  troubles: 'Сбои и тур',
  mail: 'Почта',
};
const lists = new Set(['deal', 'contact', 'company']);

/** Shows what the address after `#` names: `/deal`, `/deal/17`, `/deal/new`, `/app/3`, `/developer`, `/troubles`, `/mail`, `/journal`. */
async function route() {
  const [, kind = 'deal', id, more] = (location.hash || '#/deal').slice(1).split('/');
  const isList = lists.has(kind) && id === undefined;
  setHeading(word(titles[kind] ?? ''));
  document.querySelector('#add').hidden = !isList;
  document.querySelector('#search').hidden = !isList;
  document.body.classList.toggle('no-journal', ['app', 'developer', 'journal', 'mail'].includes(kind));
  markMenu(kind === 'app' ? [kind, id, more].filter(Boolean).join('/') : kind);
  if (kind === 'journal') return showJournal();
  if (kind === 'developer') return showDeveloper();
  if (kind === 'troubles') return showTroubles();
  if (kind === 'mail') return showMail();
  if (kind === 'app') return showAppPage(Number(id), more && Number(more));
  return isList ? showList(kind) : showCardPage(kind, id);
}

async function start() {
  addCommands(sliderCommands);
  await loadSession();
  translatePage();
  await Promise.all([loadMenu(), offerMail()]);
  document.querySelector('#add').addEventListener('click', () => {
    location.hash = `${location.hash || '#/deal'}/new`;
  });
  document.querySelector('#search').addEventListener('input', () => run(route));
  document.querySelector('#toggle-journal').addEventListener('click', () => {
    document.body.classList.toggle('no-journal');
  });
  addEventListener('hashchange', () => {
    // What the page was opened with belongs to the first address only.
    if (location.search) history.replaceState(null, '', `/${location.hash}`);
    document.querySelector('#message').textContent = '';
    run(route);
  });
  // A link to the page that is shown opens it anew, as on a portal.
  addEventListener('click', ({ target }) => {
    if (target.closest?.('a')?.href === location.href) run(route);
  });
  watchJournal();
  await route();
  document.documentElement.dataset.ready = 'yes';
}

run(start);
