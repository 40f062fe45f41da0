export const themeChoices = ['light', 'dark', 'device'] as const;
/** What a person chose: a theme, or to follow the device. */
export type ThemeChoice = (typeof themeChoices)[number];
export type Theme = 'light' | 'dark';

/** The choice that counts: the stored one, or the default of the place. The portal around a frame is light and tells no theme. */
export function choiceOf(stored: string | null, isFramed: boolean): ThemeChoice {
  return themeChoices.find((one) => one === stored) ?? (isFramed ? 'light' : 'device');
}

/** The theme that is shown for a choice. */
export function themeOf(choice: ThemeChoice, isDeviceDark: boolean): Theme {
  if (choice === 'device') return isDeviceDark ? 'dark' : 'light';
  return choice;
}
