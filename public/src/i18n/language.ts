import { ref } from 'vue';

export type Language = 'ru' | 'en';

/** The portal's own codes, not ISO's: these portals read Russian, everybody else English. */
const russian = ['ru', 'kz', 'by'];

/** The page's language; texts that show it change with it. */
export const language = ref<Language>(firstGuess());

/** Takes the portal's (or the browser's) code and tells the document. */
export function chooseLanguage(code: string): void {
  language.value = languageOf(code);
  document.documentElement.lang = language.value;
}

/** The language for a code such as `ru`, `kz`, `br` or `en-GB`. */
export function languageOf(code: string): Language {
  return russian.includes(code.slice(0, 2).toLowerCase()) ? 'ru' : 'en';
}

// The portal opens a frame with LANG in the address, so the first paint is right before the frame has answered.
function firstGuess(): Language {
  return languageOf(new URLSearchParams(location.search).get('LANG') ?? navigator.language);
}
