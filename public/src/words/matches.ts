import type { Phrase } from '../i18n/phrase.ts';

export const matchWords = {
  title: { ru: 'Ждут решения: {count}', en: 'Waiting for a decision: {count}' },
  lead: {
    ru: 'В Битрикс24 уже есть похожие записи. Пока вы не решите, какая из них та же самая, ничего не создаётся и не меняется',
    en: 'Bitrix24 holds similar records already. Until you decide which of them is the same, nothing is made or changed',
  },
  several: { ru: 'Подходит несколько записей', en: 'Several records fit' },
  contradicts: {
    ru: 'Запись подходит, но часть данных ей противоречит',
    en: 'A record fits, but some of its data contradicts',
  },
  uncertain: { ru: 'Совпадает слишком мало, чтобы связать без вас', en: 'Too little agrees to link it without you' },
  agrees: { ru: 'совпадает: {traits}', en: 'agrees: {traits}' },
  differs: { ru: 'отличается: {traits}', en: 'differs: {traits}' },
  email: { ru: 'e-mail', en: 'e-mail' },
  phone: { ru: 'телефон', en: 'phone' },
  name: { ru: 'имя', en: 'name' },
  inn: { ru: 'ИНН', en: 'INN' },
  kpp: { ru: 'КПП', en: 'KPP' },
  field: { ru: 'поле', en: 'field' },
  link: { ru: 'Связать', en: 'Link' },
  linkOf: { ru: 'Связать: {name} и № {id}', en: 'Link: {name} and no. {id}' },
  create: { ru: 'Создать новую', en: 'Make a new one' },
  createOf: { ru: 'Создать новую: {name}', en: 'Make a new one: {name}' },
  ignore: { ru: 'Оставить без пары', en: 'Leave without a pair' },
  ignoreOf: { ru: 'Оставить без пары: {name}', en: 'Leave without a pair: {name}' },
  linked: { ru: 'Записи связаны', en: 'The records are linked' },
  created: { ru: 'Создаём новую запись в Битрикс24', en: 'A new Bitrix24 record is being made' },
  ignored: { ru: 'Запись остаётся без пары', en: 'The record stays without a pair' },
} as const satisfies Record<string, Phrase>;
