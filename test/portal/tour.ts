import type { Text } from './troubles.ts';

/** What a CRM beside the portal tells of itself. */
export interface CrmCounts {
  /** Fields that both sides changed differently: open ones, and those that were settled since the beginning. */
  openConflicts: number;
  settledConflicts: number;
  /** Records that could not be synchronised. */
  errors: number;
}

/** What the steps of the tour are judged by. */
export interface TourFacts {
  /** An application is installed, or a webhook of the portal was called. */
  isConnected: boolean;
  /** A person saved a record in the portal, and an event of it was taken after that. */
  isEditTold: boolean;
  /** Null: there is no CRM, or it cannot be asked now. */
  crm: CrmCounts | null;
  /** Troubles that last just now. */
  troubles: number;
}

export const tourSteps = ['install', 'edit', 'conflict', 'error', 'recover'] as const;
export type TourStep = (typeof tourSteps)[number];

/** Which steps are done now, besides those that were done before: a step once done stays done. Pure. */
export function judgeTour(before: ReadonlySet<TourStep>, facts: TourFacts): Set<TourStep> {
  const { crm, troubles } = facts;
  const done = new Set(before);
  if (facts.isConnected) done.add('install');
  if (facts.isEditTold) done.add('edit');
  if (crm && crm.settledConflicts > 0) done.add('conflict');
  if (crm && before.has('error') && crm.errors === 0 && troubles === 0) done.add('recover');
  if (crm && crm.errors > 0) done.add('error');
  return done;
}

interface StepText {
  title: Text;
  text: Text;
  /** Where it is done; a trouble is named by `#` alone and stands on the same page. */
  link: string | null;
}

export const stepTexts: Record<TourStep, StepText> = {
  install: {
    title: { ru: 'Установка', en: 'Install' },
    text: {
      ru: 'Откройте приложение Axenta в левом меню: оно подключено, и обе стороны одинаковы',
      en: 'Open the Axenta application in the left menu: it is connected, and both sides are the same',
    },
    link: null,
  },
  edit: {
    title: { ru: 'Изменение', en: 'Edit' },
    text: {
      ru: 'Откройте сделку, измените название и сохраните: за секунду изменится объект в CRM. Вкладка Axenta в карточке это покажет',
      en: "Open a deal, change its title and save: the CRM's object changes within a second. The card's Axenta tab shows it",
    },
    link: '#/deal',
  },
  conflict: {
    title: { ru: 'Конфликт', en: 'Conflict' },
    text: {
      ru: 'Нажмите «20 конфликтов», затем в приложении Axenta откройте «Конфликты» и решите хотя бы один',
      en: 'Press "20 conflicts", then open "Conflicts" in the Axenta application and settle at least one',
    },
    link: null,
  },
  error: {
    title: { ru: 'Ошибка', en: 'Error' },
    text: {
      ru: 'Нажмите «200 ошибок 8 причин»: «Обзор» и «Ошибки» в приложении покажут причины и что делать',
      en: 'Press "200 errors of 8 causes": "Overview" and "Errors" in the application show the causes and what to do',
    },
    link: null,
  },
  recover: {
    title: { ru: 'Восстановление', en: 'Recover' },
    text: {
      ru: 'Выключите сбои и повторите ошибки в приложении: каждая запись догонит сама себя',
      en: 'Switch the troubles off and retry the errors in the application: each record catches up',
    },
    link: null,
  },
};
