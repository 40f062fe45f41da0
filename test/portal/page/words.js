/** The page's texts in English, by the Russian ones. What is not here is shown as it is. */
const english = {
  'Битрикс24 (имитация)': 'Bitrix24 (simulated)',
  Битрикс: 'Bitrix',
  'имитация портала': 'simulated portal',
  'Разделы портала': 'Sections of the portal',
  Приложения: 'Applications',
  Имитация: 'Simulation',
  Сделки: 'Deals',
  Контакты: 'Contacts',
  Компании: 'Companies',
  Сделка: 'Deal',
  Контакт: 'Contact',
  Компания: 'Company',
  Разработчикам: 'Developer resources',
  Журнал: 'Journal',
  'Журнал вызовов и событий': 'Journal of calls and events',
  'Живой журнал': 'Live journal',
  Язык: 'Language',
  Вошёл: 'Signed in',
  администратор: 'administrator',
  Поиск: 'Search',
  Добавить: 'Add',
  Приложение: 'Application',
  Название: 'Title',
  Стадия: 'Stage',
  Начало: 'Start',
  Завершение: 'End',
  Имя: 'First name',
  Фамилия: 'Last name',
  Телефон: 'Phone',
  Комментарий: 'Comment',
  Вид: 'Kind',
  Сохранить: 'Save',
  Сохранено: 'Saved',
  'К списку': 'To the list',
  Удалить: 'Delete',
  Общее: 'General',
  'новая запись': 'new record',
  Карточка: 'Card',
  Закрыть: 'Close',
  Назад: 'Back',
  Вперёд: 'Next',
  всего: 'total',
  Время: 'Time',
  'Метод или событие': 'Method or event',
  Ответ: 'Answer',
  Длительность: 'Duration',
  Параметры: 'Parameters',
  мс: 'ms',
  событие: 'event',
  запись: 'write',
  чтение: 'read',
  'Приложений пока нет.': 'No applications yet.',
  'Пусто: приложение без интерфейса, только API': 'Empty: an application without pages, API only',
  'Тип: серверное': 'Type: server',
  'Текст пункта меню': 'Menu item text',
  'Путь вашего обработчика': 'Your handler path',
  'Путь для первоначальной установки': 'Initial installation path',
  Необязательно: 'Optional',
  Права: 'Permissions',
  'Приложение само завершает установку': 'The application completes its installation itself',
  'Добавить локальное приложение': 'Add a local application',
  'Приложение сохранено': 'The application is saved',
  установлено: 'installed',
  'ожидает завершения установки': 'waits for the end of its installation',
  'Без интерфейса': 'Without pages',
  Обработчик: 'Handler',
  Установка: 'Installation',
  Версия: 'Version',
  Встройки: 'Placements',
  События: 'Events',
  нет: 'none',
  Открыть: 'Open',
  Переустановить: 'Reinstall',
  'Установка начата заново': 'The installation begins anew',
  'Удалить приложение?': 'Delete the application?',
  'Приложение потеряет доступ к порталу, его вкладки и события исчезнут. Установить его можно заново.':
    'The application loses its access to the portal, its tabs and events are gone. It can be installed anew.',
  'Да, удалить': 'Yes, delete',
  'Да, удалить с данными': 'Yes, delete with its data',
  Отмена: 'Cancel',
  'Приложение удалено': 'The application is deleted',
  'Приложение и его данные удалены': 'The application and its data are deleted',
  'Вебхук сотрудника': 'Webhook of user',
  'адрес виден только ему': 'only they see the address',
  Отозвать: 'Revoke',
  'Вебхук отозван': 'The webhook is revoked',
  'Добавить входящий вебхук': 'Add an inbound webhook',
  'Вебхук создан': 'The webhook is made',
  Адрес: 'Address',
  'Вебхук удалён': 'The webhook is deleted',
  'Адрес обработчика': 'Handler address',
  'Добавить исходящий вебхук': 'Add an outbound webhook',
  Токен: 'Token',
  'Пока нет.': 'None yet.',
  'Раздел доступен администраторам портала.': "This section is for the portal's administrators.",
  'Раздел доступен администраторам портала': "This section is for the portal's administrators",
  'Портал запущен без сервера авторизации: приложений нет.':
    'The portal runs without an authorization server: there are no applications.',
  'На этом портале нет приложений': 'This portal has no applications',
  'Выберите хотя бы одно право': 'Choose at least one permission',
  'Выберите хотя бы одно событие': 'Choose at least one event',
  'Сбои и тур': 'Troubles and tour',
  Сбои: 'Troubles',
  Тур: 'Tour',
  'Каждый сбой действует, пока включён. Что при этом происходит, видно в приложении и в журнале справа.':
    'Each trouble lasts until it is switched off. The application and the live journal show what it does.',
  Включить: 'Switch on',
  Выключить: 'Switch off',
  Начать: 'Start',
  включён: 'on',
  сбой: 'fault',
  сделано: 'done',
  Пройдено: 'Done',
  'Уже выполняется': 'This is under way already',
  'Введите номер записи': 'Enter the number of a record',
  'Нет компании, связанной с CRM': 'No company is linked with the CRM',
  'Нечего менять: нет связанных записей': 'There is nothing to change: no records are linked',
  Почта: 'Mail',
  'Писем пока нет: они придут, когда что-то пойдёт не так. Попробуйте «Сбои».':
    'No letters yet: they come when something goes wrong. Try "Troubles".',
  'Локальные приложения': 'Local applications',
  'Входящие вебхуки': 'Inbound webhooks',
  'Исходящие вебхуки': 'Outbound webhooks',
};

/** `ru` and its neighbours read Russian, everybody else English, as the applications do. */
let code = 'ru';

export function chooseLanguage(lang) {
  code = lang;
  document.documentElement.lang = isRussian() ? 'ru' : 'en';
}

export function isRussian() {
  return ['ru', 'kz', 'by'].includes(code);
}

/** A text of the page in the language of the person who is logged in. */
export function word(text) {
  return isRussian() ? text : (english[text] ?? text);
}

/** What the server says in both languages. */
export function said(text) {
  return isRussian() ? text.ru : text.en;
}

/** The texts that stand in the page's own HTML, marked by `data-word`. */
export function translatePage() {
  document.title = word(document.title);
  for (const marked of document.querySelectorAll('[data-word]')) {
    for (const child of marked.childNodes) if (child.nodeType === Node.TEXT_NODE) child.data = translated(child.data);
    for (const name of ['aria-label', 'placeholder']) {
      if (marked.hasAttribute(name)) marked.setAttribute(name, word(marked.getAttribute(name)));
    }
  }
}

function translated(text) {
  const core = text.trim();
  return core ? text.replace(core, word(core)) : text;
}
