import type { Phrase } from '../i18n/phrase.ts';

/** What a run would do, before it does anything. */
export const previewWords = {
  title: { ru: 'Предпросмотр', en: 'Preview' },
  lead: {
    ru: 'Пока ничего не изменено: это сравнение записей обеих систем',
    en: 'Nothing is changed yet: this compares the records of both systems',
  },
  make: { ru: 'Показать, что изменится', en: 'Show what will change' },
  comparing: { ru: 'Сравниваем записи, ничего не меняя…', en: 'Comparing records, changing nothing…' },
  stopped: {
    ru: 'Сравнение не закончено. Сделайте предпросмотр заново',
    en: 'The comparison has not ended. Run the preview again',
  },
  again: { ru: 'Сделать заново', en: 'Run it again' },
  outdated: { ru: 'Предпросмотр устарел', en: 'The preview is out of date' },
  bySettings: { ru: 'Настройки изменены после него', en: 'The settings were changed since' },
  byRecords: {
    ru: 'После него {count:изменена|изменены|изменено} {count} {count:запись|записи|записей}',
    en: '{count} {count:record has|records have} changed since',
  },
  byAge: { ru: 'Он сделан больше часа назад', en: 'It was made more than an hour ago' },
  byStart: { ru: 'По нему уже запускали синхронизацию', en: 'A synchronisation was started from it already' },
  nothing: {
    ru: 'Всё уже совпадает: менять нечего',
    en: 'Everything is equal already: there is nothing to change',
  },
  empty: { ru: 'Записей для сравнения нет', en: 'There are no records to compare' },
  none: { ru: 'Записей нет', en: 'No records' },
  firstOf: { ru: 'Показаны первые {shown} из {count}', en: 'The first {shown} of {count}' },
  sides: { ru: 'в Битрикс24 — {there}, в CRM — {here}', en: '{there} in Bitrix24, {here} in the CRM' },
  toBitrix: { ru: 'в Битрикс24', en: 'to Bitrix24' },
  toCrm: { ru: 'в CRM', en: 'to the CRM' },
  conflict: { ru: 'значения разошлись', en: 'the values differ' },
  inCrm: { ru: 'CRM: {value}', en: 'CRM: {value}' },
  inBitrix: { ru: 'Битрикс24: {value}', en: 'Bitrix24: {value}' },
  was: { ru: 'Было', en: 'Before' },
  becomes: { ru: 'Станет', en: 'After' },
  noFields: { ru: 'Поля не меняются', en: 'No field changes' },
  crmRecord: { ru: 'Запись CRM № {id}', en: 'CRM record no. {id}' },
  portalRecord: { ru: 'Запись Битрикс24 № {id}', en: 'Bitrix24 record no. {id}' },

  takes: {
    ru: 'На этом портале это займёт около {time}: {requests} {requests:запрос|запроса|запросов}',
    en: 'On this portal it takes about {time}: {requests} {requests:request|requests}',
  },
  takesNothing: { ru: 'Порталу это почти ничего не стоит', en: 'It costs the portal next to nothing' },
  share: {
    ru: '{share} десятиминутного лимита портала',
    en: "{share} of the portal's ten-minute limit",
  },
  lessThan: { ru: 'меньше {share}', en: 'less than {share}' },
  shareMany: {
    ru: 'Портал ограничивает время работы одной операции за десять минут, поэтому она растянется на {count} таких {count:промежуток|промежутка|промежутков}',
    en: "The portal limits each operation's working time per ten minutes, so it spreads over {count} such {count:span|spans}",
  },
  guessed: {
    ru: 'Скорость этого портала ещё не измерена, оценка приблизительная',
    en: "This portal's speed is not measured yet: the estimate is rough",
  },

  startTitle: { ru: 'Запуск', en: 'Start' },
  silent: { ru: 'Без роботов', en: 'Without robots' },
  silentAbout: {
    ru: 'Роботы и бизнес-процессы не запустятся на новых записях: клиентам не уйдут письма и сообщения',
    en: 'Robots and workflows do not start on new records: no letters or messages go out to customers',
  },
  records: { ru: 'Сколько записей', en: 'How many records' },
  all: { ru: 'Все', en: 'All' },
  first: { ru: 'Сначала несколько', en: 'A few first' },
  firstCount: { ru: 'Первых записей каждого вида', en: 'First records of each kind' },
  when: { ru: 'Когда', en: 'When' },
  now: { ru: 'Сейчас', en: 'Now' },
  tonight: { ru: 'Ночью', en: 'Tonight' },
  start: { ru: 'Начать синхронизацию', en: 'Start synchronising' },
  startTonight: { ru: 'Запланировать на ночь', en: 'Schedule for the night' },
  startAnyway: { ru: 'Начать по новым настройкам', en: 'Start with the new settings' },
} as const satisfies Record<string, Phrase>;

/** What becomes of the records of a group. */
export const groupWords = {
  create: { ru: 'Будут созданы', en: 'To be created' },
  link: { ru: 'Будут связаны с найденными', en: 'To be linked with records found' },
  update: { ru: 'Изменятся', en: 'To be changed' },
  remove: { ru: 'Будут удалены, закрыты или отвязаны', en: 'To be deleted, closed or unlinked' },
  ask: { ru: 'Потребуют вашего решения', en: 'Will need your decision' },
  fail: { ru: 'Не удалось прочитать', en: 'Could not be read' },
  exclude: { ru: 'Не участвуют', en: 'Do not take part' },
  skip: { ru: 'Будут пропущены', en: 'To be passed over' },
  equal: { ru: 'Уже совпадают', en: 'Equal already' },
} as const satisfies Record<string, Phrase>;

/** Why a record is asked about, left out or passed over; what happens to one that goes. */
export const reasonWords: Record<string, Phrase> = {
  several: { ru: 'В Битрикс24 подходит несколько записей', en: 'Several records fit in Bitrix24' },
  contradicts: {
    ru: 'Похожая запись есть, но часть данных ей противоречит',
    en: 'There is a similar record, but some of its data contradicts',
  },
  uncertain: {
    ru: 'Похожая запись есть, но совпадает слишком мало',
    en: 'There is a similar record, but too little agrees',
  },
  scope: { ru: 'Не подходит под фильтр в настройках', en: 'Does not fit the filter in the settings' },
  run: { ru: 'Не подходит под условия запуска', en: 'Does not fit the conditions of the run' },
  duplicate_origin: { ru: 'У этой записи CRM уже есть пара', en: 'This CRM record has its pair already' },
  local_deleted: { ru: 'Запись CRM удалена', en: 'The CRM record is deleted' },
  orphaned: {
    ru: 'Пара удалена в Битрикс24, и решено оставить запись CRM без неё',
    en: 'Its pair was deleted in Bitrix24, and the CRM record stays without one',
  },
  gone: { ru: 'Записи больше нет в Битрикс24', en: 'The record is gone from Bitrix24' },
  import_is_off: {
    ru: 'Новые записи Битрикс24 в CRM не создаются: так выбрано в настройках',
    en: 'CRM records for new ones in Bitrix24 are off in the settings',
  },
  direction: {
    ru: 'В Битрикс24 этот вид записей не передаётся: так выбрано в настройках',
    en: 'Records of this kind do not go to Bitrix24: so the settings say',
  },
  copy_of_deleted: {
    ru: 'Похоже на копию записи, которую удалили в Битрикс24',
    en: 'Looks like a copy of a record that was deleted in Bitrix24',
  },
  other_database: {
    ru: 'Эта запись Битрикс24 принадлежит другой базе Axenta',
    en: 'This Bitrix24 record belongs to another Axenta database',
  },
  merge_unclear: {
    ru: 'Запись объединили в Битрикс24, и неясно, какая осталась',
    en: 'The record was merged in Bitrix24, and it is unclear which one is left',
  },
  merged_into_linked: {
    ru: 'Запись объединили в Битрикс24 с другой, у которой уже есть пара',
    en: 'The record was merged in Bitrix24 with one that has its pair already',
  },
  own_company: { ru: 'Это реквизиты вашей компании на портале', en: "This is your own company's card in the portal" },
  system_category: { ru: 'Служебная запись портала', en: "A record of the portal's own" },
  recurring_template: { ru: 'Шаблон повторяющейся сделки', en: 'A template of a recurring deal' },
  unlink: { ru: 'Связь будет снята, запись Битрикс24 останется', en: 'Unlinked; the Bitrix24 record stays' },
  close_remote: { ru: 'Сделка будет закрыта', en: 'The deal is closed' },
  delete_remote: { ru: 'Будет удалена в Битрикс24', en: 'Deleted in Bitrix24' },
  delete_local: { ru: 'Будет удалена в CRM', en: 'Deleted in the CRM' },
  orphan: { ru: 'Запись CRM останется без пары', en: 'The CRM record stays without a pair' },
  forget: { ru: 'Удалена с обеих сторон', en: 'Deleted on both sides' },
};
