import { expect } from 'chai';
import { utcOffsetOf } from '../../../app/bitrix24/utc-offset.ts';

describe('utcOffsetOf', () => {
  for (const [moment, minutes] of [
    ['2026-05-14T10:26:32+02:00', 120],
    ['2026-09-17T12:05:20+00:00', 0],
    ['2026-09-17T12:05:20Z', 0],
    ['2026-09-17T12:05:20-03:30', -210],
    ['2026-09-17T12:05:20+0545', 345],
    ['2026-09-17', null],
    ['', null],
    [undefined, null],
  ] as const) {
    it(`reads ${minutes} from ${moment}`, () => expect(utcOffsetOf(moment)).to.equal(minutes));
  }
});
