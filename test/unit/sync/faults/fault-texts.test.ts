import { expect } from 'chai';
import { waitsFor } from '../../../../app/sync/faults/fault-texts.ts';
import type { FaultScope } from '../../../../app/sync/faults/scope.ts';

describe('what waits for a fault', () => {
  const cases: [FaultScope, string, ru: string, en: string][] = [
    ['connection', '', 'Ждёт вся синхронизация с порталом', 'The whole synchronisation with the portal waits'],
    [
      'kind',
      'contract',
      'Ждёт синхронизация договоров и компаний',
      'The synchronisation of contracts and companies waits',
    ],
    ['kind', 'object:add', 'Ждёт создание сделок на портале', 'The creation of deals in the portal waits'],
    ['kind', 'user:update', 'Ждёт изменение контактов на портале', 'The change of contacts in the portal waits'],
    ['kind', 'contract:delete', 'Ждёт удаление компаний на портале', 'The deletion of companies in the portal waits'],
    ['kind', 'lead', 'Ждут записи вида lead', 'Records of the kind lead wait'],
    [
      'method',
      'crm.status.list',
      'Ждёт то, для чего нужен метод crm.status.list',
      'What needs the method crm.status.list waits',
    ],
    [
      'search',
      'deletion_sweep',
      'Ждёт поиск удалённых записей; остальное синхронизируется',
      'The search for deleted records waits; everything else is synchronised',
    ],
    [
      'search',
      'strays',
      'Ждёт поиск strays; остальное синхронизируется',
      'The search strays waits; everything else is synchronised',
    ],
  ];
  for (const [scope, subject, ru, en] of cases) {
    it(`of ${scope} ${subject}`, () => expect(waitsFor({ scope, subject })).to.deep.equal({ ru, en }));
  }
});
