import { call, element, run } from './api.js';
import { showFrame } from './app-page.js';
import { makeCardForm } from './card-form.js';
import { beginPage, setHeading } from './content.js';
import { word } from './words.js';

const names = { deal: 'Сделка', contact: 'Контакт', company: 'Компания' };

/** The card of one record as a page of its own. */
export async function showCardPage(kind, id) {
  const show = beginPage();
  const { title, root } = await makeCardView(kind, id, { uri: `/crm/${kind}/details/${id}/` });
  setHeading(title);
  show(root);
}

/** A card with its tabs: the record's own form, and one for each application that is bound to this kind. `uri`: the address it has on a portal. */
export async function makeCardView(kind, id, { uri }) {
  const isNew = id === 'new';
  const record = isNew ? {} : await call(`/api/records/${kind}/${id}`);
  const places = isNew ? [] : await call(`/api/placements/CRM_${kind.toUpperCase()}_DETAIL_TAB`);
  const general = element('div', { className: 'tab-body' }, makeCardForm(kind, id, record));
  const reload = async () => {
    general.replaceChildren(makeCardForm(kind, id, await call(`/api/records/${kind}/${id}`)));
  };
  const bodies = element('div', {}, general);
  const tabs = element('div', { className: 'tabs', role: 'tablist' });
  addTab(word('Общее'), general, () => undefined);
  for (const { appId, bindingId, title } of places) {
    const body = element('div', { className: 'tab-body', hidden: true });
    const placement = `CRM_${kind.toUpperCase()}_DETAIL_TAB`;
    bodies.append(body);
    addTab(title, body, () => {
      document.body.classList.add('no-journal');
      if (body.childElementCount > 0) return;
      const options = { ID: String(id), URI: uri };
      run(() => showFrame(body, { appId, placement, bindingId, options, title, reload, view: 'placement' }));
    });
  }
  return { title: titleOf(kind, id, record), root: element('div', { className: 'card-view' }, tabs, bodies) };

  function addTab(text, body, onOpen) {
    const tab = element('button', {
      type: 'button',
      role: 'tab',
      textContent: text,
      ariaSelected: String(!body.hidden),
    });
    tab.addEventListener('click', () => {
      for (const other of bodies.children) other.hidden = other !== body;
      for (const other of tabs.children) other.ariaSelected = String(other === tab);
      onOpen();
    });
    tabs.append(tab);
  }
}

function titleOf(kind, id, record) {
  if (id === 'new') return `${word(names[kind])}: ${word('новая запись')}`;
  const name = record.TITLE ?? [record.NAME, record.LAST_NAME].filter(Boolean).join(' ');
  return `${word(names[kind])}: ${name || `№ ${id}`}`;
}
