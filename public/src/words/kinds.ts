import type { Phrase } from '../i18n/phrase.ts';

/** How people call the records of both sides. */
export const kindWords = {
  object: { ru: 'Объект', en: 'Object' },
  user: { ru: 'Пользователь', en: 'User' },
  contract: { ru: 'Договор', en: 'Contract' },
  objects: { ru: 'Объекты', en: 'Objects' },
  users: { ru: 'Пользователи', en: 'Users' },
  contracts: { ru: 'Договоры', en: 'Contracts' },
  deal: { ru: 'Сделка', en: 'Deal' },
  contact: { ru: 'Контакт', en: 'Contact' },
  company: { ru: 'Компания', en: 'Company' },
  deals: { ru: 'сделки', en: 'deals' },
  contacts: { ru: 'контакты', en: 'contacts' },
  companies: { ru: 'компании', en: 'companies' },
} as const satisfies Record<string, Phrase>;
