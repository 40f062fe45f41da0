import type { Phrase } from '../i18n/phrase.ts';

export const themeWords = {
  theme: { ru: 'Оформление', en: 'Theme' },
  light: { ru: 'Светлое', en: 'Light' },
  dark: { ru: 'Тёмное', en: 'Dark' },
  device: { ru: 'Как на устройстве', en: 'As the device' },
} as const satisfies Record<string, Phrase>;
