import { expect } from 'chai';
import { choiceOf, themeOf } from '../../../public/src/theme/theme.ts';

describe('which theme the pages have', () => {
  const cases = [
    { stored: null, isFramed: false, onLight: 'light', onDark: 'dark' },
    { stored: null, isFramed: true, onLight: 'light', onDark: 'light' },
    { stored: 'light', isFramed: false, onLight: 'light', onDark: 'light' },
    { stored: 'light', isFramed: true, onLight: 'light', onDark: 'light' },
    { stored: 'dark', isFramed: false, onLight: 'dark', onDark: 'dark' },
    { stored: 'dark', isFramed: true, onLight: 'dark', onDark: 'dark' },
    { stored: 'device', isFramed: false, onLight: 'light', onDark: 'dark' },
    { stored: 'device', isFramed: true, onLight: 'light', onDark: 'dark' },
    { stored: 'sepia', isFramed: false, onLight: 'light', onDark: 'dark' },
    { stored: 'sepia', isFramed: true, onLight: 'light', onDark: 'light' },
  ] as const;
  for (const { stored, isFramed, onLight, onDark } of cases) {
    const place = isFramed ? 'in a frame' : 'in a browser of its own';
    it(`${stored === null ? 'nothing' : `"${stored}"`} stored, ${place}: ${onLight} on a light device, ${onDark} on a dark one`, () => {
      const choice = choiceOf(stored, isFramed);
      expect([themeOf(choice, false), themeOf(choice, true)]).to.deep.equal([onLight, onDark]);
    });
  }
});
