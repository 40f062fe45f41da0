import type { AlertSettings, Alerts } from '../api/alerts.ts';

/** The part of an answer that a person changes, as a copy of its own. Pure. */
export function settingsOf({ on, language, causes, channels, quiet_minutes, digest_hour }: Alerts): AlertSettings {
  return structuredClone({ on, language, causes, channels, quiet_minutes, digest_hour });
}

/** Addresses as they are typed, one a line or with commas between them. Pure. */
export function addressesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))];
}
