import { type Kind, kinds } from '../api/kinds.ts';
import { say } from '../i18n/translate.ts';
import { dangerWords } from '../words/dangers.ts';
import type { Change } from './changes.ts';

/** What a save lets deletions do, with how many linked records it is about at the most. Pure. */
export function deletionDangers(changes: readonly Change[], linked: Readonly<Record<Kind, number>>): string[] {
  return changes.flatMap(({ path: [key = '', kind], after }) => {
    const known = kinds.find((one) => one === kind);
    const word = dangerWords[`${key}.${String(after)}.${kind}`];
    return known && word ? [say(word, { count: linked[known] })] : [];
  });
}
