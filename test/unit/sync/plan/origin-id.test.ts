import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  formerOriginOf,
  isRestored,
  type Origin,
  originOf,
  readOrigin,
  renewedOrigin,
} from '../../../../app/sync/plan/origin-id.ts';

const owner = { database: 'qwertyui', tenantId: 3, entity: 'object' } as const;
const marks = (originId: string | null, originatorId: string | null = 'axenta') => ({ originatorId, originId });

describe('an origin', () => {
  const cases: { name: string; origin: ReturnType<typeof marks>; says: Origin }[] = [
    {
      name: 'with our database is ours',
      origin: marks('qwertyui:3:object:5'),
      says: { whose: 'ours', localId: 5, former: false },
    },
    {
      name: 'without a database may be ours: something else has to vouch for it',
      origin: marks('3:object:5'),
      says: { whose: 'ours', localId: 5, former: true },
    },
    {
      name: 'with another database is its, whatever the row',
      origin: marks('zzzzzzzz:3:object:5'),
      says: { whose: 'others', database: 'zzzzzzzz', localId: 5 },
    },
    {
      name: 'of another company of our database is that one’s',
      origin: marks('qwertyui:4:object:5'),
      says: { whose: 'others', database: null, localId: null },
    },
    {
      name: 'of another kind is not the deal’s',
      origin: marks('qwertyui:3:user:5'),
      says: { whose: 'others', database: null, localId: null },
    },
    {
      name: 'of the former form of another company is that one’s',
      origin: marks('4:object:5'),
      says: { whose: 'others', database: null, localId: null },
    },
    { name: 'of another system says nothing', origin: marks('qwertyui:3:object:5', '1c'), says: { whose: 'none' } },
    { name: 'that a person has emptied says nothing', origin: marks(null), says: { whose: 'none' } },
    ...[
      '',
      'qwertyui',
      'qwertyui:3:object',
      '3:object:05',
      '3:object:-5',
      '3:object:1.5',
      '3:object:9999999999',
      'QWERTYUI:3:object:5',
      'qwertyui:3:object:5:6',
    ].map((text) => ({
      name: `"${text}" cannot be read and belongs to no record of ours`,
      origin: marks(text),
      says: { whose: 'others', database: null, localId: null } as const,
    })),
  ];
  for (const { name, origin, says } of cases) it(name, () => expect(readOrigin(owner, origin)).to.deep.equal(says));

  it('that is written can be read, in either form', async () => {
    await fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_147_483_647 }), (localId) => {
        const read = (text: string) => readOrigin(owner, marks(text));
        expect(read(originOf(owner, localId))).to.deep.equal({ whose: 'ours', localId, former: false });
        expect(read(formerOriginOf(owner, localId))).to.deep.equal({ whose: 'ours', localId, former: true });
      }),
    );
  });
});

describe('the origin of a linked record', () => {
  const wanted = 'qwertyui:3:object:5';
  const cases: { name: string; origin: ReturnType<typeof marks>; renewed: string | null }[] = [
    { name: 'stays when it is in order', origin: marks(wanted), renewed: null },
    { name: 'is renewed from the former form', origin: marks('3:object:5'), renewed: wanted },
    {
      name: 'is renewed when it names a row that was linked before',
      origin: marks('qwertyui:3:object:4'),
      renewed: wanted,
    },
    { name: 'is renewed when our database had another name', origin: marks('zzzzzzzz:3:object:5'), renewed: wanted },
    { name: 'stays when another database wrote it', origin: marks('zzzzzzzz:3:object:4'), renewed: null },
    { name: 'stays when another system wrote it', origin: marks('17', '1c'), renewed: null },
    { name: 'is not written where there was none: only linking does that', origin: marks(null, null), renewed: null },
  ];
  for (const { name, origin, renewed } of cases)
    it(name, () => expect(renewedOrigin(owner, origin, 5)).to.equal(renewed));
});

describe('a record that carries the origin of one that is gone', () => {
  const madeAt = new Date('2026-11-01T10:00:00Z');
  const later = new Date('2026-11-02T10:00:00Z');
  const known = { remoteId: 10, remoteCreatedAt: madeAt, linkedAt: madeAt };
  const unknown = { ...known, remoteCreatedAt: null };
  const cases: {
    name: string;
    known: typeof known | typeof unknown;
    record: { id: number; createdAt: Date | null };
    restored: boolean;
  }[] = [
    {
      name: 'was restored when it kept the time of creation',
      known,
      record: { id: 20, createdAt: madeAt },
      restored: true,
    },
    { name: 'is a copy when it has a time of its own', known, record: { id: 20, createdAt: later }, restored: false },
    {
      name: 'is not known where the portal tells no time',
      known,
      record: { id: 20, createdAt: null },
      restored: false,
    },
    {
      name: 'was restored when it is older than the link and has a newer id, where no time was remembered',
      known: unknown,
      record: { id: 20, createdAt: madeAt },
      restored: true,
    },
    {
      name: 'is a copy when it was made after the link',
      known: unknown,
      record: { id: 20, createdAt: later },
      restored: false,
    },
    {
      name: 'is another one when its id is older',
      known: unknown,
      record: { id: 9, createdAt: madeAt },
      restored: false,
    },
  ];
  for (const { name, known: former, record, restored } of cases)
    it(name, () => expect(isRestored(former, record)).to.equal(restored));
});
