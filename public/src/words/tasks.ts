import type { Phrase } from '../i18n/phrase.ts';

/** Tasks in Bitrix24 for the object behind a deal. */
export const taskWords = {
  title: { ru: 'Задачи', en: 'Tasks' },
  none: { ru: 'Задач по этой сделке ещё не ставили', en: 'No tasks for this deal yet' },
  add: { ru: 'Поставить задачу', en: 'Add a task' },
  what: { ru: 'Что сделать', en: 'What is to be done' },
  description: { ru: 'Описание', en: 'Description' },
  deadline: { ru: 'Крайний срок', en: 'Deadline' },
  responsible: { ru: 'Ответственный', en: 'Responsible person' },
  byDeal: { ru: 'Ответственный за сделку', en: "The deal's responsible person" },
  noPeople: {
    ru: 'Список сотрудников не показан: {reason} Задачу получит ответственный за сделку',
    en: "The people are not shown: {reason} The deal's responsible person gets the task",
  },
  create: { ru: 'Поставить', en: 'Add' },
  noTitle: { ru: 'Напишите, что сделать', en: 'Say what is to be done' },
  created: { ru: 'Задача поставлена: {title}', en: 'Task added: {title}' },
  sending: {
    ru: 'Битрикс24 не ответил сразу: задача появится здесь, когда он её создаст',
    en: 'Bitrix24 did not answer at once: the task appears here once it is there',
  },
  until: { ru: 'до {time}', en: 'due {time}' },
  overdue: { ru: 'просрочена, до {time}', en: 'overdue, due {time}' },
  shownOf: { ru: 'Показаны последние {shown} из {total}', en: 'The latest {shown} of {total}' },
} as const satisfies Record<string, Phrase>;
