import type { Text } from '../lib/errors.ts';
import type { Check, Finding } from './check.ts';

const reinstall: Text = {
  ru: 'Карточка приложения → Права → Сохранить → Переустановить; у вебхука — отметьте право и сохраните',
  en: "The application's card → Permissions → Save → Reinstall; for a webhook, tick the permission and save",
};

export const checkInstallation: Check = async ({ checkupOf }, { tenantId, connection, installation }) => {
  if (connection.state === 'suspended') {
    return {
      state: 'broken',
      saw: {
        ru: `Подключение к ${connection.portal} приостановлено`,
        en: `The connection to ${connection.portal} is suspended`,
      },
      advice: { ru: 'Причина и что делать — на обзоре', en: 'The overview says why, and what to do' },
    };
  }
  if (!installation) {
    await (await checkupOf(tenantId)).serverTime();
    return {
      state: 'ok',
      saw: { ru: `Вебхук ${connection.portal} отвечает`, en: `The webhook of ${connection.portal} answers` },
    };
  }
  if ((await (await checkupOf(tenantId)).isFinished()) === false) {
    return {
      state: 'broken',
      saw: {
        ru: 'Установка в портале не завершена: он не присылает событий',
        en: 'The portal says that the installation is not finished: it sends no events',
      },
      advice: {
        ru: 'Откройте приложение в левом меню портала: страница завершит установку',
        en: "Open the application in the portal's left menu: its page finishes the installation",
      },
    };
  }
  const [failed] = installation.failedSteps;
  if (failed) return { state: 'broken', saw: failed.text, advice: repeatSteps };
  if (installation.waitingSteps > 0) {
    return {
      state: 'warning',
      saw: { ru: 'Шаги установки ещё идут', en: 'The steps of the installation are under way' },
      advice: repeatSteps,
    };
  }
  return {
    state: 'ok',
    saw: {
      ru: `Приложение установлено в ${connection.portal}`,
      en: `The application is installed in ${connection.portal}`,
    },
  };
};

const repeatSteps: Text = { ru: 'Повторите шаги установки', en: 'Repeat the steps of the installation' };

export const checkRights: Check = async ({ clientFor }, { tenantId, installation }) => {
  const granted = await (await clientFor(tenantId)).scope({ urgency: 'interactive' });
  const has = (...rights: string[]) => rights.some((right) => granted.includes(right));
  const missing = ['crm', ...(installation ? ['placement'] : [])].filter((right) => !has(right));
  if (missing.length > 0) {
    const list = missing.join(', ');
    return { state: 'broken', saw: { ru: `Нет прав: ${list}`, en: `Missing permissions: ${list}` }, advice: reinstall };
  }
  if (!has('user_brief', 'user_basic', 'user')) {
    return {
      state: 'warning',
      saw: {
        ru: 'Нет права user_brief: имена сотрудников портала не видны, ответственного не выбрать',
        en: "The permission user_brief is missing: names of the portal's employees are not seen, and no responsible person can be chosen",
      },
      advice: reinstall,
    };
  }
  return { state: 'ok', saw: { ru: `Права: ${granted.join(', ')}`, en: `Permissions: ${granted.join(', ')}` } };
};

export const checkAdministrator: Check = async ({ clientFor }, { tenantId }) => {
  const { id, name, isAdmin } = await (await clientFor(tenantId)).profile({ urgency: 'interactive' });
  const who = `${name || `#${id}`}`;
  if (isAdmin) {
    return {
      state: 'ok',
      saw: {
        ru: `Приложение работает от имени администратора (${who})`,
        en: `The app works as an administrator (${who})`,
      },
    };
  }
  return {
    state: 'warning',
    saw: {
      ru: `${who} — не администратор портала: часть записей может быть не видна`,
      en: `${who} is no administrator of the portal: some records may not be seen`,
    },
    advice: {
      ru: 'Сделайте его администратором портала или откройте приложение администратором; вебхук создайте от имени администратора',
      en: 'Make them an administrator of the portal, or open the application as one; make the webhook as an administrator',
    },
  };
};

const [warnSec, brokenSec] = [30, 300];

export const checkClock: Check = async ({ checkupOf, clock }, { tenantId }) => {
  const checkup = await checkupOf(tenantId);
  const askedAt = clock.now().getTime();
  const told = await checkup.serverTime();
  const answeredAt = clock.now().getTime();
  const portal = Date.parse(told);
  if (Number.isNaN(portal)) {
    return { state: 'unknown', saw: { ru: 'Портал не сообщил своё время', en: 'The portal did not tell its time' } };
  }
  const zone = /(?:Z|[+-]\d\d:?\d\d)$/.exec(told)?.[0] ?? '';
  // The portal's clock shows whole seconds: half of one is the middle.
  const apart = Math.round(Math.abs((askedAt + answeredAt) / 2 - portal - 500) / 1000);
  const saw = {
    ru: `Часы сервера и портала расходятся на ${apart} с; часовой пояс портала ${zone}`,
    en: `The clocks of server and portal are ${apart} s apart; the portal's time zone is ${zone}`,
  };
  if (apart < warnSec) return { state: 'ok', saw };
  return {
    state: apart < brokenSec ? 'warning' : 'broken',
    saw,
    advice: {
      ru: 'Включите на сервере синхронизацию времени (NTP): по времени решается, чьё изменение позже',
      en: 'Switch on time synchronisation (NTP) on the server: time decides whose change is the later one',
    },
  };
};

const planWarningDays = 14;

export const checkPlan: Check = async ({ clientFor }, { tenantId }): Promise<Finding> => {
  const { family, daysLeft } = await (await clientFor(tenantId)).plan({ urgency: 'interactive' });
  const name = family ?? '—';
  if (daysLeft === null) {
    return {
      state: 'ok',
      saw: { ru: `Тариф портала: ${name}, без срока окончания`, en: `The portal's plan: ${name}, without an end` },
    };
  }
  const saw = {
    ru: `Тариф портала: ${name}, осталось дней: ${daysLeft}`,
    en: `The portal's plan: ${name}, days left: ${daysLeft}`,
  };
  if (daysLeft > planWarningDays) return { state: 'ok', saw };
  const advice = {
    ru: 'Продлите тариф или подписку в портале',
    en: 'Renew the plan or the subscription in the portal',
  };
  return { state: daysLeft > 0 ? 'warning' : 'broken', saw, advice };
};

export const checkChangedFilter: Check = async ({ proveTimeFilter }, { tenantId }) => {
  const proved = await proveTimeFilter(tenantId);
  if (proved === null) {
    return {
      state: 'unknown',
      saw: {
        ru: 'Связанных записей ещё нет: проверить не на чем',
        en: 'No record is linked yet: there is nothing to try it on',
      },
    };
  }
  if (proved === 'honoured') {
    return { state: 'ok', saw: { ru: 'Фильтр по updatedTime работает', en: 'The filter on updatedTime works' } };
  }
  return {
    state: 'warning',
    saw: { ru: 'Портал не учитывает фильтр по updatedTime', en: 'The portal passes the filter on updatedTime over' },
    advice: {
      ru: 'Ничего не теряется: списки читаются целиком, это дольше. Обновите коробочный Битрикс24, если он свой',
      en: 'Nothing is lost: lists are read as a whole, which takes longer. Update Bitrix24 if it is self-hosted',
    },
  };
};
