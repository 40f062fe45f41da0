import { expect } from 'chai';
import { settingsOf, understandSettings } from '../../../../app/sync/plan/settings.ts';

const good = { directions: { object: 'from_bitrix' }, automatic: { user: false } };

const cases: {
  name: string;
  stored: unknown;
  good?: unknown;
  direction: string;
  automatic: boolean;
  problems: string[];
}[] = [
  { name: 'nothing', stored: null, direction: 'bidirectional', automatic: true, problems: [] },
  {
    name: 'nothing, however good it was: absent is the default',
    stored: {},
    good,
    direction: 'bidirectional',
    automatic: true,
    problems: [],
  },
  { name: 'what is understood', stored: good, direction: 'from_bitrix', automatic: false, problems: [] },
  { name: 'keys of others', stored: { ...good, ui: 'dark' }, direction: 'from_bitrix', automatic: false, problems: [] },
  {
    name: 'kinds of others',
    stored: { ...good, automatic: { user: false, deals: 'x' } },
    direction: 'from_bitrix',
    automatic: false,
    problems: [],
  },
  {
    name: 'one damaged key that was good',
    stored: { directions: { object: 'up' }, automatic: { user: false } },
    good,
    direction: 'from_bitrix',
    automatic: false,
    problems: ['directions.object'],
  },
  {
    name: 'one damaged key that was never good',
    stored: { directions: { object: 1 }, automatic: { user: false } },
    direction: 'bidirectional',
    automatic: false,
    problems: ['directions.object'],
  },
  {
    name: 'a damaged group: every kind as it was',
    stored: { directions: 'to_bitrix', automatic: { user: true } },
    good,
    direction: 'from_bitrix',
    automatic: true,
    problems: ['directions'],
  },
  {
    name: 'a switch for all kinds is none',
    stored: { ...good, automatic: false },
    direction: 'from_bitrix',
    automatic: true,
    problems: ['automatic'],
  },
  {
    name: 'nothing of ours at all',
    stored: ['x'],
    good,
    direction: 'from_bitrix',
    automatic: false,
    problems: ['settings'],
  },
  {
    name: 'a good value that is damaged itself',
    stored: { directions: { object: 'up' } },
    good: { directions: { object: 'down' } },
    direction: 'bidirectional',
    automatic: true,
    problems: ['directions.object'],
  },
];

describe('understandSettings', () => {
  for (const test of cases) {
    it(test.name, () => {
      const { settings, problems } = understandSettings(test.stored, test.good ?? null);
      expect(settings.directions.object).to.equal(test.direction);
      expect(settings.automatic.user).to.equal(test.automatic);
      expect(problems.map(({ path }) => path)).to.deep.equal(test.problems);
    });
  }

  it('reads damaged rules for visitors as the last good ones, and never as more than the default', () => {
    const stored = { portal_access: { employee: 'all', employee_edits: 'yes', administrator: 'cards' } };
    const formerly = { portal_access: { employee: 'none' } };
    expect(understandSettings(stored, formerly).settings.portal_access).to.deep.equal({
      employee: 'none',
      employee_edits: false,
      administrator: 'cards',
    });
    const { settings, problems } = understandSettings({ portal_access: 'open' }, null);
    expect(settings.portal_access).to.deep.equal({ employee: 'cards', employee_edits: false, administrator: 'all' });
    expect(problems.map(({ path }) => path)).to.deep.equal(['portal_access']);
  });

  it('keeps what was chosen as the next good value, damaged keys as they were good', () => {
    const { chosen } = understandSettings({ directions: { object: 'up', user: 'to_bitrix' } }, good);
    expect(chosen).to.deep.equal({ directions: { object: 'from_bitrix', user: 'to_bitrix' } });
  });

  const countries: [stored: unknown, formerly: unknown, country: string | null, problems: string[]][] = [
    [undefined, 'BY', null, []],
    [null, 'BY', null, []],
    ['KZ', 'BY', 'KZ', []],
    ['Казахстан', 'BY', 'BY', ['country']],
    [7, undefined, null, ['country']],
  ];
  for (const [stored, formerly, country, paths] of countries) {
    it(`takes the country ${JSON.stringify(stored)} after ${JSON.stringify(formerly)} for ${country}`, () => {
      const { settings, problems } = understandSettings({ country: stored }, { country: formerly });
      expect(settings.country).to.equal(country);
      expect(problems.map(({ path }) => path)).to.deep.equal(paths);
    });
  }

  it('passes over what other programs keep inside a field map', () => {
    const field_map = { object: { disabled: ['description'], colour: 'red' } };
    expect(settingsOf({ field_map }).field_map.object).to.deep.equal({ disabled: ['description'] });
  });
});
