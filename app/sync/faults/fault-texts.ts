import type { Text } from '../../lib/errors.ts';
import { fieldWord } from './field-faults.ts';
import { placementWord } from './placement-faults.ts';
import type { FaultKey } from './scope.ts';

/** The word that tells the fault of a scope's rule from that of an operation on a kind. */
export const scopeWord = 'scope';

const kinds: Record<string, Text> = {
  object: { ru: 'объектов и сделок', en: 'objects and deals' },
  user: { ru: 'пользователей и контактов', en: 'users and contacts' },
  contract: { ru: 'договоров и компаний', en: 'contracts and companies' },
};

const remoteKinds: Record<string, Text> = {
  object: { ru: 'сделок', en: 'deals' },
  user: { ru: 'контактов', en: 'contacts' },
  contract: { ru: 'компаний', en: 'companies' },
};

const operations: Record<string, Text> = {
  add: { ru: 'создание', en: 'creation' },
  batchImport: { ru: 'создание', en: 'creation' },
  update: { ru: 'изменение', en: 'change' },
  delete: { ru: 'удаление', en: 'deletion' },
};

const searches: Record<string, Text> = {
  sweep: {
    ru: 'поиск изменений, о которых портал не сообщил',
    en: 'search for changes that the portal did not tell of',
  },
  offline: { ru: 'получение событий из очереди портала', en: "fetching of events from the portal's queue" },
  deletion_sweep: { ru: 'поиск удалённых записей', en: 'search for deleted records' },
  local_look: { ru: 'поиск расхождений со стороны CRM', en: 'search for differences from the side of the CRM' },
  duplicate_check: { ru: 'поиск двойников', en: 'search for doubled records' },
};

/** What waits while a fault is open, as a sentence without its full stop. Pure. */
export function waitsFor({ scope, subject }: FaultKey): Text {
  switch (scope) {
    case 'connection':
      return { ru: 'Ждёт вся синхронизация с порталом', en: 'The whole synchronisation with the portal waits' };
    case 'kind':
      return waitsForKind(subject);
    case 'method':
      return { ru: `Ждёт то, для чего нужен метод ${subject}`, en: `What needs the method ${subject} waits` };
    case 'search': {
      const [search = '', entity = ''] = subject.split(':');
      const name = searches[search] ?? { ru: `поиск ${search}`, en: `search ${search}` };
      const what = remoteKinds[entity];
      return {
        ru: `Ждёт ${name.ru}${what ? ` (для ${what.ru})` : ''}; остальное синхронизируется`,
        en: `The ${name.en}${what ? ` (of ${what.en})` : ''} waits; everything else is synchronised`,
      };
    }
  }
}

function waitsForKind(subject: string): Text {
  const [entity = '', operation, field] = subject.split(':');
  const both = kinds[entity];
  const remote = remoteKinds[entity];
  if (!both || !remote) return { ru: `Ждут записи вида ${subject}`, en: `Records of the kind ${subject} wait` };
  if (operation === undefined) {
    return { ru: `Ждёт синхронизация ${both.ru}`, en: `The synchronisation of ${both.en} waits` };
  }
  if (operation === fieldWord) {
    return {
      ru: `Ждёт поле ${field} у ${remote.ru}; остальное синхронизируется`,
      en: `The field ${field} of ${remote.en} waits; everything else is synchronised`,
    };
  }
  if (operation === scopeWord) {
    return {
      ru: `Под правило отбора ${field} для ${remote.ru} подходит меньше записей; остальное синхронизируется`,
      en: `Fewer records fit the rule ${field} for ${remote.en}; everything else is synchronised`,
    };
  }
  if (operation === placementWord) {
    return {
      ru: `Ничего не ждёт: новые записи (для ${remote.ru}) создаются, но не там, где выбрано`,
      en: `Nothing waits: new ${remote.en} are made, but not where it was chosen`,
    };
  }
  const what = operations[operation] ?? { ru: operation, en: operation };
  return { ru: `Ждёт ${what.ru} ${remote.ru} на портале`, en: `The ${what.en} of ${remote.en} in the portal waits` };
}
