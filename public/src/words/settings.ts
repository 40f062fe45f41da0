import type { Phrase } from '../i18n/phrase.ts';

export const settingsWords = {
  connection: { ru: 'Подключение к порталу', en: 'Connection to the portal' },
  connectedBy: { ru: 'Портал {portal} подключён {how}', en: 'The portal {portal} is connected {how}' },
  byWebhook: { ru: 'через входящий вебхук', en: 'by an inbound webhook' },
  byInstallation: { ru: 'через установленное приложение', en: 'by the installed application' },
  notConnected: { ru: 'Портал не подключён', en: 'No portal is connected' },
  secretsHint: {
    ru: 'Секреты хранятся зашифрованными и обратно не показываются. Пустое поле ничего не меняет',
    en: 'Secrets are stored encrypted and are never shown again. An empty field changes nothing',
  },
  webhook: { ru: 'Адрес входящего вебхука', en: 'Inbound webhook address' },
  webhookHelp: {
    ru: 'Портал: Разработчикам / Другое / Входящий вебхук, права crm',
    en: 'Portal: Developer resources / Other / Inbound webhook, permission crm',
  },
  outgoingToken: { ru: 'Токен исходящего вебхука', en: 'Outgoing webhook token' },
  outgoingSet: {
    ru: 'Токен сохранён: события портала принимаются',
    en: "The token is saved: the portal's events are accepted",
  },
  outgoingWaits: {
    ru: 'Новый токен сохранён и ждёт первого события от портала. До него принимается и прежний',
    en: "The new token is saved and waits for the portal's first event. Until then the former one is accepted, too",
  },
  outgoingHelp: {
    ru: 'Чтобы изменения приходили сразу, добавьте на портале исходящий вебхук на адрес {url}',
    en: 'For changes to arrive at once, add an outgoing webhook in the portal to the address {url}',
  },
  outgoingNoUrl: {
    ru: 'Чтобы изменения приходили сразу, задайте серверу PUBLIC_URL и добавьте на портале исходящий вебхук',
    en: 'For changes to arrive at once, set PUBLIC_URL for the server and add an outgoing webhook in the portal',
  },
  clientId: { ru: 'Код приложения (client_id)', en: 'Application id (client_id)' },
  presentId: { ru: 'Приложение {id}, ключ не сохранён', en: 'Application {id}, no key is saved' },
  presentKeys: { ru: 'Приложение {id}, ключ сохранён', en: 'Application {id}, its key is saved' },
  changeKeys: { ru: 'Сменить ключи приложения', en: 'Change application keys' },
  keysHint: {
    ru: 'Новый ключ проверяется на портале до сохранения. Если он не подойдёт, останется прежний. Ключи другого приложения принимаются после отключения портала',
    en: 'A new key is tried on the portal before it is saved. If it is refused, the former one stays. Keys of another application are taken once the portal is disconnected',
  },
  clientSecret: { ru: 'Ключ приложения (client_secret)', en: 'Application key (client_secret)' },
  saveConnection: { ru: 'Проверить и сохранить', en: 'Check and save' },
  connectionSaved: { ru: 'Подключение сохранено', en: 'The connection is saved' },
  replaceTitle: { ru: 'Это другой портал', en: 'This is another portal' },
  replaceText: {
    ru: 'На портале {portal} нет ни одной из ранее связанных записей. Если перейти на него, прежние связи будут забыты, а записи на обеих сторонах останутся',
    en: 'None of the records linked earlier is in the portal {portal}. Moving to it forgets the former links; the records of both sides stay',
  },
  replace: { ru: 'Забыть прежние связи и перейти', en: 'Forget the former links and move' },
  disconnect: { ru: 'Отключить портал', en: 'Disconnect the portal' },
  disconnectText: {
    ru: 'Синхронизация остановится, очередь будет очищена. Записи в CRM и в Битрикс24 и связи между ними останутся: после повторного подключения обмен продолжится с того же места',
    en: 'The synchronisation stops and the queue is cleared. Records in the CRM and in Bitrix24 and their links stay: once connected again, the exchange goes on from there',
  },
  disconnectSure: { ru: 'Да, отключить', en: 'Yes, disconnect' },
  disconnected: { ru: 'Портал отключён', en: 'The portal is disconnected' },
  linkCodeText: {
    ru: 'Получите одноразовый код и введите его на странице установки приложения в Битрикс24, чтобы портал присоединился к этой компании',
    en: "Get a one-time code and enter it on the application's installation page in Bitrix24, so that the portal joins this company",
  },
  getCode: { ru: 'Получить код', en: 'Get a code' },
  codeUntil: { ru: 'Действует до {time}', en: 'Valid until {time}' },
  wayApplication: { ru: 'Своё приложение на портале', en: 'An application of your own in the portal' },
  wayApplicationText: {
    ru: 'Так появятся страница Axenta в меню портала и вкладки в карточках, а изменения будут приходить сразу',
    en: "This gives the portal's menu an Axenta page and the cards their tabs, and changes arrive at once",
  },
  stepCard: {
    ru: 'В портале: Разработчикам / Другое / Локальное приложение. Тип — серверное, текст пункта меню — любой. Вставьте два адреса и отметьте права:',
    en: 'In the portal: Developer resources / Other / Local application. Type server, any menu item text. Paste these two addresses and tick the permissions:',
  },
  handlerPath: { ru: 'Путь вашего обработчика', en: 'Your handler path' },
  installPath: { ru: 'Путь для первоначальной установки', en: 'Initial installation path' },
  noPublicUrl: {
    ru: 'Адреса появятся здесь, когда серверу задан PUBLIC_URL — его адрес, доступный порталу',
    en: 'The addresses appear here once PUBLIC_URL is set for the server, the address at which the portal reaches it',
  },
  stepKeys: {
    ru: 'Скопируйте из карточки приложения client_id и client_secret:',
    en: "Copy client_id and client_secret from the application's card:",
  },
  stepOpen: {
    ru: 'Откройте приложение в левом меню портала: оно само закончит подключение',
    en: "Open the application from the portal's left menu: it finishes the connection by itself",
  },
  saveKeys: { ru: 'Сохранить ключи', en: 'Save the keys' },
  wayMarket: { ru: 'Приложение из Маркета', en: 'The application from the Market' },
  wayWebhook: { ru: 'Вебхук', en: 'A webhook' },
  wayWebhookText: {
    ru: 'Подходит, чтобы попробовать. Страницы и вкладок внутри портала не будет',
    en: 'Good for a try. There is no page and there are no tabs inside the portal',
  },
  copy: { ru: 'Скопировать', en: 'Copy' },
  copied: { ru: 'Скопировано', en: 'Copied' },
  selected: { ru: 'Выделено: нажмите Ctrl+C', en: 'Selected: press Ctrl+C' },
  disconnectAsk: { ru: 'Отключить портал?', en: 'Disconnect the portal?' },
} as const satisfies Record<string, Phrase>;
