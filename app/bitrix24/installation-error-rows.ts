import type { Text } from '../lib/errors.ts';
import { noPlan, noRightToRow, portalDeleted, row, type TableRow } from './error-rows.ts';

/** Codes that have the same cause but another cure when the app is installed: there is no webhook to renew. */
export const reinstall: Text = {
  ru: 'Откройте карточку приложения в Битрикс24 и нажмите «Переустановить»',
  en: 'Open the application\'s card in Bitrix24 and press "Reinstall"',
};
/** Opening is enough: the tokens of the page begin a new chain (install.ts). */
export const openAsAdmin: Text = {
  ru: 'Другой администратор портала должен открыть приложение из меню портала',
  en: "Another administrator of the portal has to open the application from the portal's menu",
};
export const grantRights: Text = {
  ru: 'Проверьте права приложения (crm, placement) в его карточке и кому из сотрудников оно доступно',
  en: "Check the application's permissions (crm, placement) in its card, and which employees may use it",
};
const appGone = row(
  'auth',
  false,
  {
    ru: 'Портал больше не знает это приложение: оно удалено или его ключи сброшены',
    en: 'The portal does not know this application any more: it was removed or its keys were reset',
  },
  reinstall,
);
const appRights = row(
  'auth',
  false,
  {
    ru: 'Приложению или его администратору не хватает прав в Битрикс24',
    en: 'The application or its administrator lacks rights in Bitrix24',
  },
  grantRights,
);

/** The keys may be wrong, or the application may be gone from the portal: both have this one code (oauth/error-codes.md, 2026-08). */
export const clientRefusedRow = row(
  'auth',
  false,
  {
    ru: 'Битрикс24 не принял client_id и client_secret приложения, или приложение не установлено на портале',
    en: "Bitrix24 refused the application's client_id and client_secret, or the application is not installed in the portal",
  },
  {
    ru: 'Скопируйте оба значения из карточки приложения в Битрикс24 и сохраните их в настройках интеграции; если они верны, установите приложение заново',
    en: "Copy both values from the application's card in Bitrix24 and store them in the integration settings; if they are right, install the application anew",
  },
);

export const byCodeOfInstallation: Record<string, TableRow> = {
  no_auth_found: appGone,
  invalid_credentials: appGone,
  invalid_token: appGone,
  expired_token: appGone,
  not_installed: appGone,
  error_oauth: row(
    'auth',
    false,
    {
      ru: 'Приложение не установлено на портале: его удалили или установка не закончена',
      en: 'The application is not installed in the portal: it was removed, or its installation was not finished',
    },
    {
      ru: 'Установите приложение на портале ещё раз и дождитесь конца установки',
      en: 'Install the application in the portal once more and wait for the end of the installation',
    },
  ),
  application_not_found: row(
    'auth',
    false,
    {
      ru: 'Приложение удалено из Битрикс24: портал не находит его',
      en: 'The application was deleted from Bitrix24: the portal does not find it',
    },
    {
      ru: 'Добавьте приложение на портал снова и сохраните его новые client_id и client_secret в настройках интеграции',
      en: 'Add the application to the portal again and store its new client_id and client_secret in the integration settings',
    },
  ),
  authorization_error: {
    ...appGone,
    text: {
      ru: 'Сотрудник, установивший приложение, уволен или отключён',
      en: 'The employee who installed the application was dismissed or disabled',
    },
    advice: openAsAdmin,
  },
  insufficient_scope: appRights,
  invalid_scope: {
    ...appRights,
    text: {
      ru: 'Приложение просит права, которых нет в его карточке в Битрикс24',
      en: 'The application asks for permissions that its card in Bitrix24 does not hold',
    },
    advice: {
      ru: 'Отметьте права crm и placement в карточке приложения и переустановите его',
      en: "Tick the permissions crm and placement in the application's card and reinstall it",
    },
  },
  invalid_client: clientRefusedRow,
  user_access_error: appRights,
  allowed_only_intranet_user: appRights,
  wrong_auth_type: appRights,
  method_confirm_waiting: appRights,
  method_confirm_denied: appRights,
  access_denied: {
    ...noRightToRow,
    advice: {
      ru: 'Дайте сотруднику, установившему приложение, доступ к CRM на чтение, изменение и удаление',
      en: 'Give the employee who installed the application the right to read, change and delete in the CRM',
    },
  },
};

/** What the authorization server means by codes that REST uses for something smaller. */
export const byCodeOfOAuth: Record<string, TableRow> = {
  ...byCodeOfInstallation,
  payment_required: noPlan,
  portal_deleted: portalDeleted,
  access_denied: row(
    'auth',
    false,
    {
      ru: 'Сервер авторизации Битрикс24 отказал приложению в доступе к порталу',
      en: "Bitrix24's authorization server denied the application the access to the portal",
    },
    {
      ru: 'Проверьте, что тариф портала разрешает REST и что приложение доступно сотруднику, который его установил',
      en: "Check that the portal's plan allows REST and that the employee who installed the application may use it",
    },
  ),
};
