import type { Answered } from '../portal/answered.ts';
import type { Standing } from './soak-typed.ts';
import type { Happening } from './soak-world.ts';

interface Look {
  at: Date;
  arrived: boolean;
  texts: string[];
}

/** What breaks between an answer of the portal and our commit. */
const endings = /killed|stopped|database/;
/** So long before it an answer may not have been committed yet. */
const beforeMs = 3000;

/**
 * Each update looks at its record first, in the same request: what a person saved a moment before is known by the answer alone. Where the
 * answer never came, or our process or its database went away before it was committed, what was overwritten is known to no program.
 */
export function makeLooks() {
  const all: Look[] = [];
  return {
    /** How many typed values went that way. */
    unseen: 0,
    note({ params, answer, arrived }: Answered): void {
      if (!JSON.stringify(params).includes('crm.item.update')) return;
      all.push({ at: new Date(), arrived, texts: textsIn(answer) });
    },
    /** What stood there, and was overwritten by a write whose answer was lost. */
    lost(happenings: readonly Happening[]): Standing[] {
      const broken = happenings.filter(({ what }) => endings.test(what));
      const wasBroken = (at: Date) =>
        broken.some(({ what, at: then }, index) => {
          if (!what.startsWith('begins')) return false;
          const end = broken.slice(index).find((one) => one.what === what.replace('begins', 'ends'));
          return at.getTime() > then.getTime() - beforeMs && at.getTime() < (end?.at ?? then).getTime() + beforeMs;
        });
      return all
        .filter(({ arrived, at }) => !arrived || wasBroken(at))
        .flatMap(({ at, texts }) => texts.map((text) => ({ where: `answer lost at ${at.toISOString()}`, text })));
    },
  };
}

/** Every text in an answer, at any depth. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
