import path from 'node:path';

/** What the closing text tells of. */
export interface DemoAddresses {
  portal: string;
  app: string;
  caFile: string;
  logFile: string;
  company: string;
  token: string;
  /** An object and its deal, for the lines to try. */
  sample: { objectId: number; dealId: number };
  counts: { objects: number; users: number; contracts: number };
}

/** Both languages in one text: whoever starts a demonstration should not have to choose first. */
export function describeDemo(demo: DemoAddresses): string {
  const { objectId, dealId } = demo.sample;
  const curl = `curl -s -H "Authorization: Bearer $TOKEN"`;
  return `
Готово / Ready

  Портал / portal page     ${demo.portal}/
                           слева / on the left: Axenta, Сбои и тур / Troubles and tour, Почта / Mail
  Приложение / the app     ${demo.app}/#token=${demo.token}
  REST                     ${demo.app}/api/docs
  Журнал / log             ${here(demo.logFile)}
  Компания / company       ${demo.company}
  Связано / linked         ${demo.counts.objects} объектов · objects, ${demo.counts.users} пользователей · users, ${demo.counts.contracts} договоров · contracts

  Браузер предупредит о сертификате: его выпустил этот компьютер (${here(demo.caFile)}). Продолжите.
  The browser warns of the certificate: this computer issued it (${here(demo.caFile)}). Go on.

Попробуйте / Try

  1. ${demo.portal}/#/deal/${dealId}
     Измените название и сохраните: объект ${objectId} в CRM изменится за секунду. Вкладка Axenta в карточке это покажет.
     Change the title and save: object ${objectId} of the CRM changes within a second. The card's Axenta tab shows it.

  2. Axenta в меню портала: Обзор, «Ольга Диспетчер» ждёт решения, её телефон есть у другого контакта.
     Axenta in the portal's menu: Overview, "Ольга Диспетчер" waits for a decision: another contact has her phone.

  3. ${demo.portal}/#/troubles
     Сбои по кнопке и тур: конфликты, ошибки, восстановление; письма оповещений приходят в Почту.
     Troubles at a button and a tour: conflicts, errors, recovery; letters of the alerts come into Mail.

  4. Покажите объект, измените его: на портале изменится сделка. / Show the object, change it: the deal changes on the portal.

TOKEN=${demo.token}
${curl} ${demo.app}/api/objects/${objectId}
${curl} -X PUT ${demo.app}/api/objects/${objectId} -H "Content-Type: application/json" -d '{"name":"Камаз 5490 А777АА 16"}'
${curl} ${demo.app}/api/integration/bitrix24/stats
${curl} "${demo.app}/api/integration/bitrix24/mappings?page=1&limit=10"
${curl} ${demo.app}/api/integration/bitrix24/health

Ниже — журнал приложения. Ctrl+C останавливает всё; данные останутся. / The app's log follows. Ctrl+C stops everything; the data stays.

`;
}

/** As short as a person would write it. */
function here(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}

export const steps = {
  database: 'PostgreSQL…',
  portal: 'Портал (имитация) / simulated portal…',
  app: 'Приложение / the app…',
  fill: 'Записи CRM / CRM records…',
  connect: 'Подключение компании к порталу / connecting the company to the portal…',
  sync: 'Первая синхронизация / first synchronisation…',
  syncedBefore: '  уже выполнена при прежнем запуске / done at an earlier start',
  stop: 'Останавливаю… / stopping…',
  stopped: 'Остановлено. / Stopped.',
};

export const usage = `Демонстрация: имитация портала Битрикс24, приложение и встроенный PostgreSQL на этом компьютере.
A demonstration: a simulated Bitrix24 portal, the app and embedded PostgreSQL on this computer.

  npm run demo                 приложение установлено на портал / the app is installed in the portal
  npm run demo -- --webhook    компания подключена вебхуком / the company is connected by a webhook

  PORT=8080           порт приложения / the app's port
  PORTAL_PORT=8443    порт портала / the portal's port
  OAUTH_PORT=8444     порт сервера авторизации / the authorization server's port
  DATA_DIR=.data/demo данные / data (удалите, чтобы начать заново / delete it to start afresh)`;

export function alreadyRunning(portal: string | null): string {
  return `Демонстрация уже запущена${portal ? `: ${portal}/` : ''}. Остановите её (Ctrl+C в её окне) или задайте другой DATA_DIR.
The demonstration is already running${portal ? `: ${portal}/` : ''}. Stop it (Ctrl+C in its window) or choose another DATA_DIR.`;
}

/** `free`: a port that can be used instead. */
export function portBusy(port: number, variable: string, free: number): string {
  const other = `${variable}=${free} npm run demo`;
  return `Порт ${port} занят другой программой. Выберите другой: ${other}
Port ${port} is taken by another program. Choose another: ${other}`;
}
