import type { Answered } from '../portal/answered.ts';
import type { Standing, Typed } from './soak-typed.ts';
import type { Happening } from './soak-world.ts';

/** An update that went in a request of its own, right behind its look. */
interface Alone {
  at: Date;
  entityTypeId: number;
  id: number;
}

/** What a person saves between such a look and its update is overwritten unseen. */
const gapMs = 1000;

const entityTypeIds: Readonly<Record<string, number>> = { deal: 2, contact: 3, company: 4 };

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
  const alone: Alone[] = [];
  return {
    /** How many typed values went that way. */
    unseen: 0,
    note({ method, params, answer, arrived }: Answered): void {
      if (method === 'crm.item.update')
        alone.push({ at: new Date(), entityTypeId: Number(params.entityTypeId), id: Number(params.id) });
      if (!JSON.stringify(params).includes('crm.item.update')) return;
      all.push({ at: new Date(), arrived, texts: textsIn(answer) });
    },
    /** Whether an update in a request of its own came right behind what a person typed into a record of the portal. */
    overtook({ at, record }: Typed): boolean {
      const [kind = '', id] = record.split(' ');
      return alone.some((update) => {
        const isItsRecord = update.entityTypeId === entityTypeIds[kind] && update.id === Number(id);
        const behindMs = update.at.getTime() - at.getTime();
        return isItsRecord && behindMs >= 0 && behindMs < gapMs;
      });
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
