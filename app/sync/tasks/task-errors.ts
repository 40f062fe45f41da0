import { Bitrix24Error, followedBy } from '../../bitrix24/errors.ts';
import { AppError, type Text } from '../../lib/errors.ts';

const giveRight: Text = {
  ru: 'Добавьте право «Задачи» (task). Вебхук: Битрикс24 → Разработчикам → Интеграции → входящий вебхук → Настройка прав → Сохранить; адрес вебхука останется прежним. Приложение: карточка приложения → Права → Сохранить → Переустановить. Синхронизация записей работает и без этого права',
  en: 'Add the permission "Tasks" (task). Webhook: Bitrix24 → Developer resources → Integrations → the inbound webhook → Permissions → Save; its address stays the same. Application: its card → Permissions → Save → Reinstall. Records are synchronised without this permission, too',
};

/** The webhook or the application has no right to tasks; everything else works. */
function taskRightMissing(cause: unknown): AppError {
  const reason: Text = {
    ru: 'Нет права работать с задачами Битрикс24',
    en: 'There is no permission to work with Bitrix24 tasks',
  };
  return new AppError({ code: 'task_right_missing', status: 409, text: followedBy(reason, giveRight), cause });
}

/** The portal refused the values of a task (tasks-task-add.md, 2026-08: responsible not found, a mandatory field of the portal). */
function taskRefused(cause: Bitrix24Error): AppError {
  const advice: Text = {
    ru: 'Проверьте ответственного и срок. Если портал требует заполнять в задачах своё поле, снимите с него обязательность',
    en: 'Check the responsible person and the deadline. If the portal demands a field of its own in tasks, make it optional there',
  };
  return new AppError({ code: 'task_refused', status: 422, text: followedBy(cause.reason, advice), cause });
}

/** What a failure of a task means to the person who asked for it; failures of the connection stay what they are. */
export function taskError(error: unknown): unknown {
  if (!(error instanceof Bitrix24Error)) return error;
  if (error.code.toLowerCase() === 'insufficient_scope') return taskRightMissing(error);
  if (error.kind === 'validation') return taskRefused(error);
  return error;
}

/** Tasks are bound to deals. */
export function objectWithoutDeal(): AppError {
  return new AppError({
    code: 'object_without_deal',
    status: 409,
    text: {
      ru: 'У объекта нет сделки в Битрикс24: задачу не с чем связать. Синхронизируйте объект и повторите',
      en: 'The object has no deal in Bitrix24: there is nothing to bind a task to. Synchronise the object and try again',
    },
  });
}

/** No CRM object stands behind the card's deal. */
export function dealWithoutObject(): AppError {
  return new AppError({
    code: 'deal_without_object',
    status: 409,
    text: {
      ru: 'За этой сделкой не стоит объект CRM. Свяжите карточку с объектом и повторите',
      en: 'No CRM object stands behind this deal. Link the card with an object and try again',
    },
  });
}
