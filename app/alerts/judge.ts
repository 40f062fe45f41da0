import type { Text } from '../lib/errors.ts';
import { faultName } from '../sync/faults/scope.ts';
import type { AlertSettings } from './alert-settings.ts';
import type { Cause } from './causes.ts';
import type { AlertFacts } from './facts.ts';

/** Something that people are to be told of while it lasts. */
export interface PresentCause {
  cause: Cause;
  /** What of the company it is about, where one cause may be there several times. */
  subject: string;
  since: Date;
  what: Text;
  advice: Text;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/**
 * Of a refresh token that is not used, sources say 180, 30 and 28 days (settings/oauth/index.md, 2026-08; tokens of 2024 to 2026 hold 30):
 * the shortest counts.
 */
const tokenLifeMs = 28 * dayMs;

type Judge = (facts: AlertFacts, settings: AlertSettings['causes']) => PresentCause[];

/** The causes that are present, of those that the company wants to know. Pure. */
export function judgeCauses(facts: AlertFacts, { causes: wanted }: AlertSettings): PresentCause[] {
  return (Object.entries(judges) as [Cause, Judge][]).flatMap(([cause, judge]) =>
    wanted[cause].on ? judge(facts, wanted) : [],
  );
}

/** Of a connection that is lost, what follows from that is not told as well. */
const isLost = ({ connection, removed }: AlertFacts) =>
  connection === null ? removed !== null : connection.state === 'suspended';

const judges: Record<Cause, Judge> = {
  connection_lost({ now, connection, removed }) {
    if (connection?.state === 'suspended') {
      const because = connection.error ? `: ${connection.error}` : '';
      return [
        {
          ...{ cause: 'connection_lost', subject: '', since: connection.suspendedAt ?? now },
          what: {
            ru: `Портал ${connection.portal} больше не принимает запросы${because}`,
            en: `The portal ${connection.portal} takes no requests any more; its reason stands in the settings of the integration`,
          },
          advice: mendConnection,
        },
      ];
    }
    if (connection !== null || removed === null) return [];
    return [
      {
        ...{ cause: 'connection_lost', subject: '', since: removed.at },
        what: {
          ru: `Приложения на портале ${removed.portal} больше нет, записи не синхронизируются`,
          en: `The application is not in the portal ${removed.portal} any more, records are not synchronised`,
        },
        advice: mendConnection,
      },
    ];
  },

  fault_open(facts, { fault_open: { minutes } }) {
    return facts.faults
      .filter(({ scope }) => scope !== 'connection' || !isLost(facts))
      .filter(({ since }) => isOlder(facts.now, since, minutes * minuteMs))
      .map((fault) => ({
        ...{ cause: 'fault_open', subject: faultName(fault), since: fault.since },
        what: fault.text,
        advice: fault.advice ?? lookAtFault,
      }));
  },

  errors_rise({ now, newErrors: { count, since } }, { errors_rise }) {
    if (count <= errors_rise.count) return [];
    return [
      {
        ...{ cause: 'errors_rise', subject: '', since: since ?? now },
        what: {
          ru: `За последний час появилось больше ${errors_rise.count} новых ошибок`,
          en: `More than ${errors_rise.count} new errors came up within the last hour`,
        },
        advice: {
          ru: 'Откройте список ошибок: одинаковые собраны вместе, у каждой сказано, что делать',
          en: 'Open the list of errors: equal ones stand together, each says what to do',
        },
      },
    ];
  },

  lag(facts, { lag: { minutes } }) {
    const { now, completeUntil } = facts;
    if (completeUntil === null || isLost(facts) || !isOlder(now, completeUntil, minutes * minuteMs)) return [];
    return [
      {
        ...{ cause: 'lag', subject: '', since: completeUntil },
        what: {
          ru: `Изменения применены только до момента, который был больше ${minutes} мин назад`,
          en: `Changes are applied only up to a moment that lies more than ${minutes} minutes back`,
        },
        advice: {
          ru: 'Посмотрите в обзоре, чего ждёт очередь: сбоя портала, его лимитов или своих процессов',
          en: 'See on the overview what the queue waits for: a fault of the portal, its limits, or too few workers',
        },
      },
    ];
  },

  deletions_held({ now, held: { count, since } }) {
    if (count === 0) return [];
    return [
      {
        ...{ cause: 'deletions_held', subject: '', since: since ?? now },
        what: {
          ru: `За час пришло слишком много удалений, они остановлены: ${count}`,
          en: `Too many deletions came within an hour and are held: ${count}`,
        },
        advice: {
          ru: 'Подтвердите удаления или отмените их: до этого с этими записями ничего не происходит',
          en: 'Confirm the deletions or take them back: until then nothing happens to these records',
        },
      },
    ];
  },

  ending_soon({ now, connection }, { ending_soon: { days } }) {
    const ends = [
      { subject: 'token', at: connection?.refreshedAt && new Date(connection.refreshedAt.getTime() + tokenLifeMs) },
      { subject: 'plan', at: connection?.planEndsAt },
    ] as const;
    return ends.flatMap(({ subject, at }) => {
      if (!at || connection?.state !== 'active' || at.getTime() - now.getTime() > days * dayMs) return [];
      return [{ cause: 'ending_soon' as const, subject, since: now, ...endings[subject](at) }];
    });
  },

  old_conflict({ now, oldConflicts: { count, since } }, { old_conflict: { hours } }) {
    if (count === 0) return [];
    return [
      {
        ...{ cause: 'old_conflict', subject: '', since: since ?? now },
        what: {
          ru: `Конфликты ждут решения дольше ${hours} ч: ${count}`,
          en: `Conflicts have waited for more than ${hours} h: ${count}`,
        },
        advice: {
          ru: 'Откройте конфликты и выберите для каждого, чьё значение верное',
          en: 'Open the conflicts and choose for each whose value is right',
        },
      },
    ];
  },
};

const endings = {
  token: (at: Date) => ({
    what: {
      ru: `Токены портала давно не обновлялись и могут перестать действовать ${day(at)}`,
      en: `The portal's tokens have not been renewed for long and may end on ${day(at)}`,
    },
    advice: {
      ru: 'Откройте приложение из меню портала: токены обновятся',
      en: "Open the application from the portal's menu: the tokens are renewed",
    },
  }),
  plan: (at: Date) => ({
    what: {
      ru: `Оплаченный срок приложения на портале заканчивается ${day(at)}`,
      en: `The time that is paid for the application in the portal ends on ${day(at)}`,
    },
    advice: {
      ru: 'Продлите тариф или подписку на портале Битрикс24',
      en: 'Renew the plan or the subscription in the Bitrix24 portal',
    },
  }),
};

const mendConnection: Text = {
  ru: 'Откройте настройки интеграции: там сказана причина; устраните её и проверьте подключение',
  en: 'Open the settings of the integration: the reason stands there; mend it and check the connection',
};

const lookAtFault: Text = {
  ru: 'Посмотрите в обзоре, что ждёт и когда будет следующая попытка',
  en: 'See on the overview what waits and when it is tried again',
};

function isOlder(now: Date, moment: Date, ms: number): boolean {
  return now.getTime() - moment.getTime() > ms;
}

/** `2026-11-26`, in UTC. */
function day(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}
