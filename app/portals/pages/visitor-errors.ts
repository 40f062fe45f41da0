import { AppError, type Text } from '../../lib/errors.ts';

function refused(code: string, text: Text): AppError {
  return new AppError({ code, status: 403, text });
}

/** A guest of the portal: Bitrix24 closes its whole CRM to them. */
export function extranetGuest(): AppError {
  return refused('extranet_guest', {
    ru: 'Вы гость портала (экстранет), CRM Битрикс24 для гостей закрыта. Если записи нужны вам для работы, попросите администратора портала перевести вас в сотрудники',
    en: "You are a guest of this portal (extranet), and its CRM is closed to guests. If you need its records for your work, ask the portal's administrator to make you an employee",
  });
}

/** An employee who may read no record of the portal's CRM. */
export function crmClosed(): AppError {
  return refused('crm_closed', {
    ru: 'У вас нет доступа к CRM Битрикс24, поэтому записи здесь не показываются. Попросите администратора портала: CRM / Настройки / Права доступа',
    en: "You have no access to the portal's CRM, so no record is shown here. Ask the portal's administrator: CRM, Settings, Access permissions",
  });
}

/** The company's rules let the visitor see nothing. */
export function notAdmitted(): AppError {
  return refused('visitors_not_admitted', {
    ru: 'Администратор не открыл вам приложение Axenta. Попросите его: Axenta / Настройки / Доступ сотрудников',
    en: 'The administrator has not opened the Axenta application to you. Ask them: Axenta, Settings, Access of employees',
  });
}

/** All records are more than the visitor may see. */
export function listsNotGranted(): AppError {
  return refused('lists_not_granted', {
    ru: 'Вам открыты только карточки: списки записей, конфликты и ошибки видят администраторы портала. Попросите администратора: Axenta / Настройки / Доступ сотрудников',
    en: 'Only cards are open to you: lists of records, conflicts and errors are for administrators of the portal. Ask an administrator: Axenta, Settings, Access of employees',
  });
}

/** The visitor may look only. */
export function editsNotGranted(): AppError {
  return refused('edits_not_granted', {
    ru: 'Менять записи CRM вам не разрешено. Попросите администратора портала: Axenta / Настройки / Доступ сотрудников',
    en: "You may not change CRM records. Ask the portal's administrator: Axenta, Settings, Access of employees",
  });
}

/** Settings, runs and decisions are for administrators to whom everything is open. */
export function administratorsOnly(): AppError {
  return refused('administrators_only', {
    ru: 'Это могут только администраторы портала, которым открыто всё. Попросите одного из них: Axenta / Настройки / Доступ сотрудников',
    en: 'Only administrators of the portal to whom everything is open may do this. Ask one of them: Axenta, Settings, Access of employees',
  });
}

/** The portal does not show the record to the visitor. */
export function recordClosed(): AppError {
  return refused('record_closed', {
    ru: 'Битрикс24 не разрешает вам читать эту запись, поэтому её данные здесь не показываются. Попросите администратора портала дать вам право на неё в CRM',
    en: "Bitrix24 does not let you read this record, so nothing of it is shown here. Ask the portal's administrator for the right to it in the CRM",
  });
}

/** A card was asked for without the visitor's own token. */
export function portalTokenMissing(): AppError {
  return refused('portal_token_missing', {
    ru: 'Карточка открывается только с токеном портала того, кто её смотрит. Обновите страницу в Битрикс24',
    en: "A card opens only with the portal's token of the person who looks at it. Reload the page in Bitrix24",
  });
}

/** The token is another person's, another portal's, or has run out: the page asks its portal for a fresh one. */
export function portalTokenRefused(cause?: unknown): AppError {
  return new AppError({
    code: 'portal_token_refused',
    status: 403,
    text: {
      ru: 'Портал не подтвердил, что это ваш токен. Обновите страницу в Битрикс24',
      en: 'The portal did not confirm that this token is yours. Reload the page in Bitrix24',
    },
    cause,
  });
}
