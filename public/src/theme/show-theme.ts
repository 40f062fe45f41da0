import { choiceOf, type ThemeChoice, themeOf } from './theme.ts';

const key = 'axenta-theme';
const root = document.documentElement;
const darkDevice = matchMedia('(prefers-color-scheme: dark)');

/** The choice that is shown. The document itself holds it: two scripts work with it, and a browser may refuse the storage. */
export function shownChoice(): ThemeChoice {
  return choiceOf(root.dataset.theme ?? null, isFramed());
}

/** Shows a choice and keeps it for the next visit; where the browser refuses the storage it lasts for this one. */
export function chooseTheme(choice: ThemeChoice): void {
  show(choice);
  try {
    localStorage.setItem(key, choice);
  } catch {
    // Refused in a frame of another site: nothing is kept.
  }
}

/** Shows the stored choice, and follows the device and the choices made in other windows. */
export function followTheme(): void {
  show(choiceOf(readStored(), isFramed()));
  darkDevice.addEventListener('change', () => show(shownChoice()));
  addEventListener('storage', () => show(choiceOf(readStored(), isFramed())));
}

function show(choice: ThemeChoice): void {
  const theme = themeOf(choice, darkDevice.matches);
  root.dataset.theme = choice;
  root.classList.toggle('dark', theme === 'dark');
  root.classList.toggle('light', theme === 'light');
  // The styles come later than the first paint.
  root.style.colorScheme = theme;
}

function readStored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function isFramed(): boolean {
  return window.parent !== window;
}
