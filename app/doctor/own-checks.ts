import { listDuplicates } from '../sync/journal/duplicate-report.ts';
import type { Check, Finding } from './check.ts';

const dayMs = 86_400_000;

/** A chain of tokens that is not renewed dies after 30 days at the latest known (oauth, 2026-09). */
const tokenWarningDays = 21;

export const checkToken: Check = async ({ clock }, { installation }) => {
  if (!installation) {
    return { state: 'ok', saw: { ru: 'Вебхуку токены не нужны', en: 'A webhook needs no tokens' } };
  }
  const days = Math.floor((clock.now().getTime() - installation.refreshedAt.getTime()) / dayMs);
  const saw =
    days === 0
      ? { ru: 'Токены обновлены сегодня', en: 'The tokens were renewed today' }
      : { ru: `Дней с обновления токенов: ${days}`, en: `Days since the tokens were renewed: ${days}` };
  if (days < tokenWarningDays) return { state: 'ok', saw };
  return {
    state: 'warning',
    saw,
    advice: {
      ru: 'Обновите токены: через месяц без обновления их цепочка обрывается, и приложение придётся открыть в портале заново',
      en: 'Renew the tokens: after a month without that their chain ends, and the application has to be opened in the portal again',
    },
  };
};

export const checkAddress: Check = async ({ publicUrl }, { installation }) => {
  if (publicUrl === undefined) {
    return {
      state: installation ? 'broken' : 'warning',
      saw: {
        ru: 'Сервер не знает своего адреса в интернете',
        en: 'The server does not know its address on the internet',
      },
      advice: {
        ru: 'Администратор сервера задаёт PUBLIC_URL и перезапускает приложение',
        en: "The server's administrator sets PUBLIC_URL and restarts the app",
      },
    };
  }
  const saw = { ru: `Адрес сервера — ${publicUrl}`, en: `The server's address is ${publicUrl}` };
  if (publicUrl.startsWith('https:')) return { state: 'ok', saw };
  return {
    state: 'warning',
    saw,
    advice: {
      ru: 'Битрикс24 открывает страницы только по https: задайте PUBLIC_URL с https://',
      en: 'Bitrix24 opens pages by https only: set PUBLIC_URL with https://',
    },
  };
};

const fullShare = 0.9;

export const checkLimits: Check = async ({ usageOf }, { connection }) => {
  const { requests, methods, share } = await usageOf(connection.portal);
  const blocked = [requests, ...methods].flatMap(({ blocked_until: until }) => until ?? []).sort((a, b) => +b - +a)[0];
  const percent = Math.round(share * 100);
  const saw = {
    ru: `Занято ${percent} % лимитов портала${blocked ? `; портал попросил подождать до ${blocked.toISOString()}` : ''}`,
    en: `${percent} % of the portal's limits are in use${blocked ? `; the portal asked to wait until ${blocked.toISOString()}` : ''}`,
  };
  if (!blocked && share < fullShare) return { state: 'ok', saw };
  return {
    state: 'warning',
    saw,
    advice: {
      ru: 'Ничего делать не нужно: приложение подождёт. Если так часто — проверьте, что ещё пользуется REST этого портала',
      en: 'Nothing has to be done: the app waits. If it happens often, look at what else uses the REST of this portal',
    },
  };
};

export const checkSchema: Check = async ({ schemaOf }, { tenantId }) => {
  const { readAt, touching } = await schemaOf(tenantId);
  if (readAt === null) {
    return {
      state: 'unknown',
      saw: { ru: 'Поля портала ещё не прочитаны', en: "The portal's fields were not read yet" },
      advice: readAgain,
    };
  }
  if (touching === 0) {
    return {
      state: 'ok',
      saw: { ru: 'Поля портала подходят карте полей', en: "The portal's fields fit the field map" },
    };
  }
  return {
    state: 'broken',
    saw: {
      ru: `Изменений полей портала, которые затрагивают карту полей: ${touching}`,
      en: `Changes of the portal's fields that touch the field map: ${touching}`,
    },
    advice: {
      ru: 'Посмотрите «Настройки → Поля»: верните поля в Битрикс24 или измените карту. Если поля уже вернули, прочитайте их заново',
      en: 'Look at Settings → Fields: give the fields back in Bitrix24, or change the map. If they are back already, read them again',
    },
  };
};

const readAgain = { ru: 'Прочитайте поля заново', en: 'Read the fields again' };

export const checkDuplicates: Check = async ({ db }, { tenantId }) => {
  const { length: count } = await listDuplicates(db, tenantId);
  if (count === 0) {
    return {
      state: 'ok',
      saw: {
        ru: 'Двух записей портала на одну запись CRM не найдено',
        en: 'No two records of the portal stand for one of the CRM',
      },
    };
  }
  return {
    state: 'broken',
    saw: {
      ru: `Лишних записей портала с тем же ORIGIN_ID: ${count}`,
      en: `Surplus records of the portal with the same ORIGIN_ID: ${count}`,
    },
    advice: {
      ru: 'Удалите лишние записи в Битрикс24 (они названы на странице «Ошибки») и проверьте ещё раз',
      en: 'Delete the surplus records in Bitrix24 (the page of errors names them), then look again',
    },
  };
};

/** For a company without a connection: everything but the server's own address. */
export const noConnection: Finding = {
  state: 'unknown',
  saw: { ru: 'Портал не подключён', en: 'No portal is connected' },
  advice: { ru: 'Подключите портал в настройках', en: 'Connect a portal in the settings' },
};
