import { AppError } from '../lib/errors.ts';

/** One of the two records has a pair already. */
export function alreadyLinked(cause?: unknown): AppError {
  return new AppError({
    code: 'already_linked',
    status: 409,
    text: {
      ru: 'Одна из записей уже связана с другой. Обновите страницу и посмотрите, что получилось',
      en: 'One of the records is linked with another already. Reload the page and see what came of it',
    },
    cause,
  });
}

/** The CRM record is on its way to the portal as a new one. */
export function createBusy(): AppError {
  return new AppError({
    code: 'record_busy',
    status: 409,
    text: {
      ru: 'Для этой записи как раз создаётся новая запись в Битрикс24. Подождите минуту и проверьте, что получилось',
      en: 'A new Bitrix24 record is being made for this record just now. Wait a minute and see what came of it',
    },
  });
}

/** Two databases would write the record in turn. */
export function ofOtherDatabase(): AppError {
  return new AppError({
    code: 'other_database',
    status: 409,
    text: {
      ru: 'Эту запись создала другая база Axenta. Если той базы больше нет, очистите поле ORIGIN_ID этой записи в Битрикс24 и свяжите её снова',
      en: 'Another Axenta database made this record. If that database is no more, clear its ORIGIN_ID in Bitrix24 and link it again',
    },
  });
}

/** The portal's own company, a vendor, or a template of recurring deals. */
export function neverPaired(): AppError {
  return new AppError({
    code: 'never_paired',
    status: 409,
    text: {
      ru: 'Эта карточка не клиент и не сделка с ним: своя компания портала, поставщик из системного раздела или шаблон регулярной сделки. Такие записи не синхронизируются',
      en: "This card is no client and no deal with one: the portal's own company, a vendor of a system category or a template of recurring deals. Such records are not synchronised",
    },
  });
}

/** The tenant copies records of this kind to Bitrix24 only. */
export function creatingIsOff(): AppError {
  return new AppError({
    code: 'creating_is_off',
    status: 409,
    text: {
      ru: 'Для этого вида записей включено только направление из CRM в Битрикс24. Измените направление в настройках или свяжите карточку с существующей записью',
      en: 'Records of this kind go from the CRM to Bitrix24 only. Change the direction in the settings, or link the card with an existing record',
    },
  });
}

/** Nothing stands in the way, and yet there is nothing to make a record of. */
export function notCreated(): AppError {
  return new AppError({
    code: 'not_created',
    status: 409,
    text: {
      ru: 'Запись CRM не создана: у карточки нет названия или имени, либо её запись в CRM была удалена. Заполните карточку или свяжите её с существующей записью',
      en: 'No CRM record was made: the card has no title or name, or its CRM record was deleted. Fill the card in, or link it with an existing record',
    },
  });
}
