import { type Kind, kinds } from '../api/kinds.ts';
import { say } from '../i18n/translate.ts';
import { nameOfField } from '../i18n/values.ts';
import { kindWords } from '../words/kinds.ts';
import { choiceWords, placeWords } from '../words/places.ts';
import { savingWords } from '../words/saving.ts';
import type { Change } from './changes.ts';
import { countryName } from './countries.ts';
import { nameOfId } from './portal-names.ts';

/** Groups whose keys are pairs of fields. */
const ofFields = new Set(['owners', 'policies']);

/** What people call a place of the settings: the kind, then each part of the way to it. */
export function nameOfPlace(path: readonly string[]): string {
  const kind = kinds.find((one) => one === path[1]);
  const parts = path.filter((_, index) => index !== 1 || !kind);
  const named = parts.map((key, index) => {
    const isField = parts[0] === 'field_map' && ofFields.has(parts[index - 1] ?? '');
    const word = isField ? undefined : placeWords[key];
    return word ? say(word) : nameOfPair(key);
  });
  const text = named.join(', ');
  return kind ? `${kindsOf(kind)}: ${text}` : text;
}

/** A pair of a company's own is called `<column>:<field>`. */
export function nameOfPair(key: string): string {
  const [column = key, field] = key.split(':');
  return field === undefined ? nameOfField(column) : `${nameOfField(column)} — ${field}`;
}

const kindsOf = (kind: Kind): string => say(kindWords[`${kind}s`]);

/** A value of the settings in words. */
export function shownSetting(path: readonly string[], value: unknown): string {
  if (value === null || value === undefined) return say(savingWords.byDefault);
  if (path[0] === 'country') return countryName(String(value));
  if (typeof value === 'boolean') return say(value ? savingWords.on : savingWords.off);
  if (Array.isArray(value)) return value.map((one) => shownItem(path, one)).join(', ') || say(savingWords.nothing);
  return shownItem(path, value);
}

function shownItem(path: readonly string[], item: unknown): string {
  if (typeof item !== 'object' || item === null) {
    const text = String(item);
    const word = path.map((key) => choiceWords[`${key}.${text}`]).find((found) => found !== undefined);
    if (word) return say(word);
    const name = nameOfId(path.at(-1) ?? '', text);
    if (name) return name;
    return path.includes('disabled') ? nameOfPair(text) : text;
  }
  const { local, bitrix24 } = item as { local?: unknown; bitrix24?: unknown };
  if (typeof local === 'string' && typeof bitrix24 === 'string') return nameOfPair(`${local}:${bitrix24}`);
  return Object.values(item).map(String).join(' — ');
}

/** One change as a sentence: where, what it was, what it is. */
export function describeChange({ path, before, after }: Change): string {
  return say(savingWords.wasNow, {
    name: nameOfPlace(path),
    before: shownSetting(path, before),
    after: shownSetting(path, after),
  });
}
