import type { Phrase } from '../i18n/phrase.ts';

export const installWords = {
  proved: { ru: 'Портал и приложение проверены', en: 'Portal and application are verified' },
  company: { ru: 'Компания Axenta CRM связана с порталом', en: 'The Axenta CRM company is linked' },
  events: { ru: 'Подписка на события портала', en: "Subscription to the portal's events" },
  offline: {
    ru: 'Очередь событий на время, когда сервер недоступен',
    en: 'Queue of events for when the server is away',
  },
  placements: { ru: 'Вкладки в карточках сделки, контакта и компании', en: 'Tabs in deals, contacts and companies' },
  fields: { ru: 'Поля и стадии портала прочитаны', en: "The portal's fields and stages are read" },
  done: { ru: 'Готово', en: 'Done' },
  failed: { ru: 'Ошибка', en: 'Failed' },
  waiting: { ru: 'Выполняется', en: 'In progress' },
  repeat: { ru: 'Повторить неудавшееся', en: 'Try what failed again' },
  withoutSteps: {
    ru: 'Синхронизация работает и без неудавшихся шагов. Их можно повторить позже',
    en: 'The synchronisation works without the steps that failed. They can be tried again later',
  },
  installed: { ru: 'Приложение установлено и работает', en: 'The application is installed and works' },
  viewerOnly: {
    ru: 'Установку завершает администратор портала',
    en: "The portal's administrator finishes the installation",
  },
  joinTitle: { ru: 'Уже работаете в Axenta CRM?', en: 'Do you use Axenta CRM already?' },
  joinText: {
    ru: 'Введите одноразовый код из настроек своей компании, чтобы связать портал с ней. Без кода для портала создана новая компания',
    en: 'Enter the one-time code from the settings of your company to link this portal with it. Without a code the portal gets a new company',
  },
  joinCode: { ru: 'Код связи', en: 'Link code' },
  join: { ru: 'Связать', en: 'Link' },
  joined: { ru: 'Портал связан с вашей компанией', en: 'The portal is linked with your company' },
} as const satisfies Record<string, Phrase>;
