import type { Faults } from './faults.ts';
import type { MergePeople } from './merging.ts';
import type { OAuthServer } from './oauth-server.ts';
import type { RecordTable } from './people.ts';
import type { Rights } from './rights.ts';
import type { Store } from './store.ts';
import type { PortalSwitches } from './switches.ts';
import type { Begun, Text, Trouble, TroubleField } from './troubles.ts';
import { entityTypeIds, type RecordKind } from './types.ts';

export interface PortalTroubleDeps {
  faults: Faults;
  switches: PortalSwitches;
  rights: Rights;
  store: Store;
  companies: Pick<RecordTable, 'create'>;
  merge: MergePeople;
  oauth: OAuthServer | undefined;
}

const methods = [
  ...['crm.item.update', 'crm.item.add', 'crm.item.list', 'crm.item.get', 'crm.item.fields', 'crm.status.list'],
  ...['user.get', 'tasks.task.add', 'im.notify.system.add'],
];

/** What can go wrong in the portal by itself, without a CRM beside it. */
export function makePortalTroubles(deps: PortalTroubleDeps): Trouble[] {
  const { oauth } = deps;
  return [
    ...makeAnswerTroubles(deps),
    makeRecordTrouble(deps),
    makeLimitTrouble(deps),
    makeRightTrouble(deps),
    ...(oauth ? [makeTokenTrouble(oauth)] : []),
    makeMergeTrouble(deps),
  ];
}

/** Whole requests, or one method of all. */
function makeAnswerTroubles({ faults }: PortalTroubleDeps): Trouble[] {
  return [
    {
      name: 'down',
      title: { ru: 'Портал не отвечает', en: 'The portal is down' },
      hint: {
        ru: 'Вместо ответа приходит страница балансировщика (502). Изменения копятся в очереди',
        en: "A balancer's page (502) comes instead of an answer. Changes wait in the queue",
      },
      begin: () => ({ end: faults.add({ action: { kind: 'html', status: 502 } }) }),
    },
    {
      name: 'slow',
      title: { ru: 'Портал отвечает медленно', en: 'The portal is slow' },
      hint: { ru: 'Каждый запрос ждёт столько секунд', en: 'Each request waits for so many seconds' },
      fields: [{ name: 'seconds', label: { ru: 'Секунды', en: 'Seconds' }, choices: ['1', '3', '8'], byDefault: '3' }],
      begin: ({ seconds }) => ({ end: faults.add({ action: { kind: 'delay', ms: Number(seconds) * 1000 } }) }),
    },
    {
      name: 'method',
      title: { ru: 'Отказ в методе', en: 'A method is refused' },
      hint: {
        ru: 'Портал не выполняет один метод: стоит только то, что без него нельзя сделать',
        en: 'The portal refuses one method: only what needs it stands still',
      },
      fields: [
        { name: 'method', label: { ru: 'Метод', en: 'Method' }, choices: methods, byDefault: 'crm.item.update' },
      ],
      begin: ({ method = '' }) => ({
        end: faults.add({
          method,
          action: { kind: 'refuse', status: 400, error: 'ERROR_METHOD_NOT_FOUND', description: 'Method not found!' },
        }),
      }),
    },
  ];
}

const recordFields: TroubleField[] = [
  { name: 'kind', label: { ru: 'Вид', en: 'Kind' }, choices: ['deal', 'contact', 'company'], byDefault: 'deal' },
  { name: 'id', label: { ru: 'Номер', en: 'Number' }, byDefault: '1' },
];

function makeRecordTrouble({ faults }: PortalTroubleDeps): Trouble {
  return {
    name: 'record',
    title: { ru: 'Отказ в записи', en: 'A record is refused' },
    hint: {
      ru: 'Портал требует обязательное поле в одной карточке: остальные синхронизируются',
      en: 'The portal demands a mandatory field in one card: the others go on',
    },
    fields: recordFields,
    begin({ kind, id }) {
      const number = Number(id);
      if (!Number.isSafeInteger(number) || number < 1) throw new Error('Введите номер записи');
      return { end: refuseRecords(faults, { kind: kind as RecordKind, ids: [number] }, mandatory) };
    },
  };
}

/** A refusal of the portal: its code and its words. */
export interface Refusal {
  error: string;
  description: string;
}

const mandatory: Refusal = {
  error: 'CRM_FIELD_ERROR_REQUIRED',
  description: 'Поле «Регион» обязательно для заполнения',
};

/** Refuses to change these records; returns what ends that. */
export function refuseRecords(
  faults: Faults,
  { kind, ids }: { kind: RecordKind; ids: readonly number[] },
  refusal: Refusal,
): () => void {
  const wanted = new Set(ids);
  return faults.add({
    method: 'crm.item.update',
    when: ({ entityTypeId, id }) => Number(entityTypeId) === entityTypeIds[kind] && wanted.has(Number(id)),
    action: { kind: 'refuse', status: 400, ...refusal },
  });
}

function makeLimitTrouble({ switches }: PortalTroubleDeps): Trouble {
  return {
    name: 'limits',
    title: { ru: 'Лимиты исчерпаны', en: 'The limits are used up' },
    hint: {
      ru: 'Портал принимает один запрос в секунду и два подряд: остальное получает 503',
      en: 'The portal takes one request a second and two in a row: the rest gets 503',
    },
    begin() {
      const { rateLimited, rateSize, rateDrain } = switches;
      Object.assign(switches, { rateLimited: true, rateSize: 2, rateDrain: 1 });
      return { end: () => void Object.assign(switches, { rateLimited, rateSize, rateDrain }) };
    },
  };
}

function makeRightTrouble({ rights }: PortalTroubleDeps): Trouble {
  return {
    name: 'right',
    title: { ru: 'Нет права менять сделки', en: 'The right to change deals is gone' },
    hint: {
      ru: 'Администратор забрал право: контакты и компании синхронизируются, сделки ждут',
      en: 'An administrator took the right away: contacts and companies go on, deals wait',
    },
    begin: () => ({ end: rights.deny({ kind: 'deal', action: 'write' }) }),
  };
}

function makeTokenTrouble(oauth: OAuthServer): Trouble {
  return {
    name: 'token',
    isOnce: true,
    title: { ru: 'Токен истёк', en: 'The token has expired' },
    hint: {
      ru: 'Приложение обновляет токен само: в журнале видно expired_token и следующий за ним успех',
      en: 'The application renews its token by itself: the journal shows expired_token and then success',
    },
    begin(): Begun {
      oauth.tokens.expireAccess();
      return { text: { ru: 'Токены доступа истекли', en: 'Access tokens have expired' } };
    },
  };
}

function makeMergeTrouble({ store, companies, merge }: PortalTroubleDeps): Trouble {
  return {
    name: 'merge',
    isOnce: true,
    title: { ru: 'Объединить две компании', en: 'Merge two companies' },
    hint: {
      ru: 'Менеджер завёл дубликат и объединил: остаётся дубликат, договоры переходят к нему',
      en: 'A manager made a duplicate and merged both: the duplicate is left, and the contracts go to it',
    },
    begin(): Begun {
      const [linked] = store.all('company').filter(({ fields }) => fields.ORIGINATOR_ID === 'axenta');
      if (!linked) throw new Error('Нет компании, связанной с CRM');
      const duplicate = Number(companies.create({ TITLE: `${linked.fields.TITLE} (дубликат)` }).ID);
      merge('company', [duplicate, linked.id]);
      return { text: merged(duplicate, linked.id) };
    },
  };
}

function merged(kept: number, lost: number): Text {
  return {
    ru: `Компания № ${lost} объединена с № ${kept}, осталась № ${kept}`,
    en: `Company no. ${lost} is merged into no. ${kept}, which is left`,
  };
}
