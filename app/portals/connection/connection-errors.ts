import { AppError } from '../../lib/errors.ts';

/** The tenant has no connection. */
export function notConfigured(): AppError {
  return new AppError({
    code: 'not_configured',
    status: 400,
    text: {
      ru: 'Компания не настроена для интеграции с Битрикс24',
      en: 'The company is not set up for the Bitrix24 integration',
    },
  });
}

/** A person has to mend the connection first; `reason` is why it was suspended, its message in Russian. */
export function connectionSuspended(reason: { code: string; message: string } | null): AppError {
  const because = reason ? `: ${reason.message}` : '';
  return new AppError({
    code: 'connection_suspended',
    status: 409,
    text: {
      ru: `Подключение к Битрикс24 приостановлено${because}. Устраните причину и проверьте подключение ещё раз`,
      en: `The connection to Bitrix24 is suspended (${reason?.code ?? 'unknown reason'}). Mend the cause and check the connection again`,
    },
    details: reason ? { reason: reason.code } : undefined,
  });
}

/** The caller's own values were refused: the portal and the way to it are well. */
export function applicationRefused(refusal: AppError): AppError {
  return new AppError({ code: refusal.code, status: 400, text: refusal.text, cause: refusal });
}

/** The chain of tokens is dead, and the secret that the company has stored cannot begin a new one. */
export function secretRefused(clientId: string): AppError {
  return new AppError({
    code: 'client_refused',
    status: 409,
    text: {
      ru: `Битрикс24 не принял сохранённый client_secret приложения ${clientId}. Скопируйте его из карточки приложения в настройки интеграции («Сменить ключи приложения») и откройте приложение ещё раз`,
      en: `Bitrix24 refused the stored client_secret of the application ${clientId}. Copy it from the application's card into the integration settings ("Change application keys") and open the application once more`,
    },
    details: { client_id: clientId },
  });
}

/** The key that the stored credentials were encrypted with is not among ENCRYPTION_KEYS any more. */
export function credentialsUnreadable(cause: unknown): AppError {
  return new AppError({
    code: 'credentials_unreadable',
    status: 500,
    text: {
      ru: 'Сохранённые доступы к порталу не удаётся расшифровать. Верните прежний ключ в ENCRYPTION_KEYS или подключите портал заново',
      en: 'The stored credentials cannot be decrypted. Put the former key back into ENCRYPTION_KEYS or connect the portal again',
    },
    cause,
  });
}

/** Two people changed the connection at once: the second one looks again before deciding. */
export function setupInterrupted(): AppError {
  return new AppError({
    code: 'setup_interrupted',
    status: 409,
    text: {
      ru: 'Подключение только что изменил кто-то другой. Посмотрите, что получилось, и при необходимости повторите',
      en: 'Somebody else has just changed the connection. See what came of it and repeat if needed',
    },
  });
}

/** The address leads to another portal, and the tenant's mappings speak of the former one. */
export function portalChanged(portal: string): AppError {
  return new AppError({
    code: 'portal_changed',
    status: 409,
    text: {
      ru: `На портале ${portal} нет ни одной из ранее связанных записей: похоже, это другой портал. Чтобы забыть прежние связи и перейти на него, подтвердите переход в настройках интеграции (в запросе — "replace_portal": true)`,
      en: `None of the records linked earlier is in the portal ${portal}: it seems to be another portal. To forget the former links and move to it, confirm that in the integration settings (in a request: "replace_portal": true)`,
    },
    details: { portal, replace_portal: true },
  });
}

/** A webhook of one portal beside an application installed in another: the mappings can speak of one only. */
export function installedElsewhere(portal: string): AppError {
  return new AppError({
    code: 'installed_in_another_portal',
    status: 409,
    text: {
      ru: `Компания подключена приложением к порталу ${portal}. Чтобы перейти на другой портал, сначала удалите приложение там`,
      en: `The company is connected to the portal ${portal} by the application. To move to another portal, remove the application there first`,
    },
    details: { portal },
  });
}

/** Keys of another application than the one that connects the company, or no keys at all for it. */
export function applicationInUse(clientId: string): AppError {
  return new AppError({
    code: 'application_in_use',
    status: 409,
    text: {
      ru: `Компания подключена приложением ${clientId}, и оно работает. Ключи другого приложения оборвали бы подключение, поэтому ничего не сохранено. Чтобы перейти на другое приложение, сначала отключите портал в настройках интеграции`,
      en: `The company is connected by the application ${clientId}, which works. Keys of another application would end the connection, so nothing was stored. To move to another application, disconnect the portal in the integration settings first`,
    },
    details: { client_id: clientId },
  });
}

/** The marketplace application belongs to this server: companies enter no keys for it. */
export function applicationOfServer(clientId: string): AppError {
  return new AppError({
    code: 'application_of_server',
    status: 409,
    text: {
      ru: 'Портал подключён приложением из каталога Битрикс24: его ключи хранит сервер, вводить их не нужно. Ничего не сохранено',
      en: 'The portal is connected by the application of the Bitrix24 market: the server keeps its keys, they need not be entered. Nothing was stored',
    },
    details: { client_id: clientId },
  });
}

/** The token of an outgoing webhook was given to a company that is connected by an application only. */
export function outgoingWithoutWebhook(): AppError {
  return new AppError({
    code: 'outgoing_token_without_webhook',
    status: 409,
    text: {
      ru: 'Токен исходящего вебхука нужен только при подключении по вебхуку: приложение получает события само. Ничего не сохранено',
      en: 'The token of an outgoing webhook is needed with a connection by webhook only: an application gets its events by itself. Nothing was stored',
    },
  });
}
