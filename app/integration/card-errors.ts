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
