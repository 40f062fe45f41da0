import type { Phrase } from '../i18n/phrase.ts';

/** The way from an empty page to the first synchronised record, step by step. */
export const setupWords = {
  title: { ru: 'Подключение Битрикс24', en: 'Connecting Bitrix24' },
  steps: { ru: 'Шаги подключения', en: 'Steps of the connection' },
  stepOf: { ru: 'Шаг {step} из {steps}', en: 'Step {step} of {steps}' },
  connect: { ru: 'Подключение', en: 'Connection' },
  rights: { ru: 'Права', en: 'Permissions' },
  company: { ru: 'Компания', en: 'Company' },
  choice: { ru: 'Что и куда', en: 'What and where' },
  preview: { ru: 'Предпросмотр', en: 'Preview' },
  progress: { ru: 'Загрузка', en: 'First load' },
  next: { ru: 'Дальше', en: 'Next' },
  back: { ru: 'Назад', en: 'Back' },

  waitingTitle: {
    ru: 'Осталось связать приложение с Axenta CRM',
    en: 'One thing left: link the application with Axenta CRM',
  },
  waitingText: {
    ru: 'Битрикс24 подтвердил портал, всё идёт как надо. Теперь скопируйте client_id и client_secret из карточки приложения в Axenta CRM: Интеграция с Битрикс24 / Подключение',
    en: "Bitrix24 has confirmed the portal, all is well. Now copy client_id and client_secret from the application's card into Axenta CRM: Bitrix24 integration / Connection",
  },
  waitingWhere: {
    ru: 'Карточка приложения: Разработчикам / Интеграции / ваше приложение',
    en: "The application's card: Developer resources / Integrations / your application",
  },
  waitingOpen: { ru: 'Открыть Axenta CRM в новой вкладке', en: 'Open Axenta CRM in a new tab' },
  waitingLook: {
    ru: 'Проверяем каждые несколько секунд: страница продолжит сама',
    en: 'We look every few seconds: the page goes on by itself',
  },

  connectLead: {
    ru: 'Выберите один из двух способов. Приложение даёт больше: страницу в меню портала, вкладки в карточках и изменения сразу',
    en: "Choose one of two ways. The application gives more: a page in the portal's menu, tabs in the cards, and changes at once",
  },
  connected: { ru: 'Портал {portal} подключён', en: 'The portal {portal} is connected' },
  connectedLead: {
    ru: 'Ключи и вебхук меняются в настройках',
    en: 'Keys and the webhook are changed in the settings',
  },
  toSettings: { ru: 'Открыть настройки', en: 'Open the settings' },
  needed: { ru: 'Отметьте права', en: 'Tick the permissions' },
  market: { ru: 'Приложение уже установлено из Маркета', en: 'The application is installed from the Market already' },
  webhookTitle: { ru: 'Вебхук', en: 'A webhook' },
  webhookLead: {
    ru: 'Быстрее всего. Страницы и вкладок внутри портала не будет',
    en: 'The fastest way. There is no page and there are no tabs inside the portal',
  },
  webhookStep: {
    ru: 'В портале: Разработчикам / Другое / Входящий вебхук. Отметьте права, сохраните и скопируйте адрес вебхука',
    en: 'In the portal: Developer resources / Other / Inbound webhook. Tick the permissions, save, and copy its address',
  },
  outgoingStep: {
    ru: 'Чтобы изменения приходили сразу: Разработчикам / Другое / Исходящий вебхук, события создания, изменения и удаления сделок, контактов и компаний. Можно и позже',
    en: 'For changes to arrive at once: Developer resources / Other / Outbound webhook, the events of creating, changing and deleting deals, contacts and companies. This can wait',
  },
  outgoingPath: { ru: 'Адрес вашего обработчика', en: 'Your handler address' },
  pasteStep: { ru: 'Вставьте то, что скопировали:', en: 'Paste what you have copied:' },

  rightsLead: {
    ru: 'Вот что портал {portal} разрешает подключению',
    en: 'This is what the portal {portal} lets the connection do',
  },
  looking: { ru: 'Спрашиваем портал…', en: 'Asking the portal…' },
  granted: { ru: 'Есть', en: 'Granted' },
  missing: { ru: 'Нет', en: 'Missing' },
  look: { ru: 'Проверить ещё раз', en: 'Look again' },
  looked: { ru: 'Проверено', en: 'Looked again' },
  allGranted: { ru: 'Всё нужное разрешено', en: 'Everything needed is granted' },
  giveWebhook: {
    ru: 'Как дать: Разработчикам / Интеграции / ваш вебхук. Отметьте право и сохраните',
    en: 'How to give it: Developer resources / Integrations / your webhook. Tick the permission and save',
  },
  giveApplication: {
    ru: 'Как дать: Разработчикам / Интеграции / ваше приложение. Отметьте право, сохраните и нажмите «Переустановить»',
    en: 'How to give it: Developer resources / Integrations / your application. Tick the permission, save and press "Reinstall"',
  },
  giveMarket: {
    ru: 'Право запрашивает само приложение: обновите его в Маркете',
    en: 'The application itself asks for it: update it in the Market',
  },
  readable: { ru: 'Чтение: {kinds}', en: 'Reading {kinds}' },
  installSteps: { ru: 'Что уже сделано на портале', en: 'What is done in the portal' },

  companyLead: {
    ru: 'Портал {portal} связан с этой компанией Axenta CRM. Синхронизируются записи только этой компании',
    en: 'The portal {portal} belongs to this company of Axenta CRM. Only its records are synchronised',
  },
  companyOther: {
    ru: 'Если это не та компания, откройте Axenta CRM под нужной и подключите портал там',
    en: 'If this is not the right one, open Axenta CRM as the right company and connect the portal there',
  },

  choiceLead: {
    ru: 'Выберите главное. Остальное можно изменить в настройках в любой момент',
    en: 'Choose what matters most. Everything else can be changed in the settings at any time',
  },
  sync: { ru: 'Синхронизировать', en: 'Synchronise' },
  nothingChosen: { ru: 'Включите хотя бы один вид записей', en: 'Switch on at least one kind of records' },
  newDeals: { ru: 'Куда попадают новые сделки', en: 'Where new deals go' },
  recognise: {
    ru: 'Как узнавать записи, которые уже есть в Битрикс24',
    en: 'How to recognise records that Bitrix24 has already',
  },
  moreSettings: { ru: 'Все настройки', en: 'All settings' },
  saveAndNext: { ru: 'Сохранить и продолжить', en: 'Save and go on' },

  previewLead: {
    ru: 'Сначала посмотрите, что изменится в обеих системах. Пока вы не нажмёте «Начать», ничего не записывается',
    en: 'See first what will change in both systems. Nothing is written until you press Start',
  },
  startFinishes: {
    ru: 'Начало загрузки завершит и установку приложения',
    en: 'Starting the load also finishes the installation of the application',
  },
  finishOnly: { ru: 'Завершить без синхронизации', en: 'Finish without synchronising' },
  skipPreview: { ru: 'Пока без загрузки', en: 'Not now' },

  running: {
    ru: 'Идёт первая загрузка. Страницу можно закрыть: всё продолжится само',
    en: 'The first load is under way. You may close this page: it goes on by itself',
  },
  scheduled: { ru: 'Загрузка начнётся сама {time}', en: 'The load starts by itself, {time}' },
  finished: { ru: 'Готово', en: 'Done' },
  cancelled: { ru: 'Загрузка отменена. Что сделано, осталось', en: 'The load was cancelled. What is done stays' },
  failed: { ru: 'Загрузка прервана ошибкой', en: 'The load was stopped by an error' },
  openFirst: { ru: 'Открыть в Битрикс24: {name}', en: 'Open in Bitrix24: {name}' },
  toOverview: { ru: 'Перейти к обзору', en: 'Go to the overview' },
  toErrors: { ru: 'Посмотреть ошибки', en: 'See the errors' },
  cancel: { ru: 'Отменить загрузку', en: 'Cancel the load' },
  toPreview: { ru: 'К предпросмотру', en: 'To the preview' },
  unfinishedTitle: { ru: 'Первой синхронизации ещё не было', en: 'There was no first synchronisation yet' },
  unfinishedText: {
    ru: 'Портал подключён. Осталось выбрать, что и куда загружать',
    en: 'The portal is connected. What is left is to choose what goes where',
  },
  goOn: { ru: 'Продолжить настройку', en: 'Go on with the set-up' },
} as const satisfies Record<string, Phrase>;

/** The permissions of the portal by their codes. */
export const rightWords = {
  crm: { ru: 'CRM (crm)', en: 'CRM (crm)' },
  placement: { ru: 'Встраивание приложений (placement)', en: 'Application embedding (placement)' },
  user_brief: { ru: 'Пользователи, минимальный набор (user_brief)', en: 'Users, minimal (user_brief)' },
} as const satisfies Record<string, Phrase>;

/** What is not there without a permission. */
export const rightCosts = {
  crm: {
    ru: 'Без этого права синхронизация невозможна',
    en: 'Nothing can be synchronised without it',
  },
  placement: {
    ru: 'Без него нет вкладки Axenta в карточках сделки, контакта и компании. Остальное работает',
    en: 'Without it deals, contacts and companies have no Axenta tab. Everything else works',
  },
  user_brief: {
    ru: 'Без него нельзя выбирать ответственных и отбирать записи по ним. Остальное работает',
    en: 'Without it no responsible person can be chosen or filtered by. Everything else works',
  },
} as const satisfies Record<keyof typeof rightWords, Phrase>;
