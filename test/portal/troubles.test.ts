import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { callHttps } from '../support/https-caller.ts';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import { judgeTour, type TourFacts, type TourStep, tourSteps } from './tour.ts';
import type { ShownTrouble } from './troubles.ts';

describe('troubles of the simulated portal', () => {
  let pair: PortalPair;
  let url: string;

  before(async () => {
    pair = await startPortalPair();
    url = pair.portal.addWebhook().url;
    for (const TITLE of ['Первая', 'Вторая']) pair.portal.records('deal').create({ TITLE });
    const own = (TITLE: string) => pair.portal.records('company').create({ TITLE, ORIGINATOR_ID: 'axenta' });
    own('ООО Ветер');
    own('ООО Поле');
  });
  after(() => pair.stop());
  afterEach(() => pair.portal.simulation.troubles.endAll());

  const ask = async (method: string, params: Record<string, unknown> = {}) => {
    const { status, body } = await callHttps(url + method, pair.portal.caPem, { json: params });
    return status === 200 ? 'ok' : [status, body.error].filter(Boolean).join(' ');
  };
  const press = (name: string, body: Record<string, unknown> = {}) =>
    callHttps(`${pair.portal.origin}/api/troubles/${name}`, pair.portal.caPem, { json: body });
  const update = (id: number) => ask('crm.item.update', { entityTypeId: 2, id, fields: { title: 'Иначе' } });

  const cases: {
    name: string;
    values?: Record<string, string>;
    struck(): Promise<string>;
    as: string;
    spared(): Promise<string>;
  }[] = [
    { name: 'down', struck: () => ask('profile'), as: '502', spared: async () => 'ok' },
    {
      ...{ name: 'method', values: { method: 'user.get' }, as: '400 ERROR_METHOD_NOT_FOUND' },
      ...{ struck: () => ask('user.get'), spared: () => ask('profile') },
    },
    {
      ...{ name: 'record', values: { kind: 'deal', id: '1' }, as: '400 CRM_FIELD_ERROR_REQUIRED' },
      ...{ struck: () => update(1), spared: () => update(2) },
    },
    {
      ...{ name: 'right', as: '400 ACCESS_DENIED' },
      ...{ struck: () => update(1), spared: () => ask('crm.item.list', { entityTypeId: 2 }) },
    },
    {
      ...{ name: 'limits', as: '503 QUERY_LIMIT_EXCEEDED' },
      async struck() {
        const answers = await Promise.all(Array.from({ length: 6 }, () => ask('profile')));
        return answers.find((answer) => answer !== 'ok') ?? 'ok';
      },
      spared: async () => 'ok',
    },
  ];
  for (const { name, values = {}, struck, as, spared } of cases) {
    it(`${name}: it strikes while it is on, and nothing else`, async () => {
      expect(await struck()).to.equal('ok');
      expect((await press(name, values)).status).to.equal(200);
      expect(await struck()).to.equal(as);
      expect(await spared()).to.equal('ok');
      await press(name, { on: false });
      expect(await struck()).to.equal('ok');
    });
  }

  it('slow: each request waits, and no more when it is off', async () => {
    await press('slow', { seconds: '1' });
    const began = Date.now();
    await ask('profile');
    expect(Date.now() - began).to.be.at.least(1000);
    await press('slow', { on: false });
    const again = Date.now();
    await ask('profile');
    expect(Date.now() - again).to.be.below(900);
  });

  it('merge: a company of ours goes into a duplicate of it, which is told', async () => {
    const { body } = await press('merge');
    expect(body.text.ru).to.match(/^Компания № \d+ объединена с № \d+/);
    const left = pair.portal.records('company').list();
    expect(left.map(({ TITLE }) => TITLE)).to.have.members(['ООО Поле', 'ООО Ветер (дубликат)']);
    expect(left.map(({ ORIGINATOR_ID }) => ORIGINATOR_ID)).to.deep.equal(['axenta', 'axenta']);
  });

  it('what is no choice, and what is no trouble, changes nothing', async () => {
    expect((await press('method', { method: 'rm' })).status).to.equal(400);
    expect((await press('record', { id: 'абв' })).status).to.equal(400);
    expect((await press('flood')).status).to.equal(400);
    expect(pair.portal.simulation.troubles.lasting).to.deep.equal([]);
  });

  it('the page is told which last, and with what; a strike stands in the journal', async () => {
    await press('record', { kind: 'company', id: '7' });
    const { body } = await callHttps(`${pair.portal.origin}/api/troubles`, pair.portal.caPem);
    const shown = (body.troubles as ShownTrouble[]).find(({ name }) => name === 'record');
    expect(shown).to.deep.include({ isOn: true, values: { kind: 'company', id: '7' } });
    await press('method', { method: 'user.get' });
    await ask('user.get');
    expect(pair.portal.journal.entries.at(-1)).to.include({ kind: 'fault', method: 'user.get', status: 400 });
  });
});

describe('the tour through the simulated portal', () => {
  const nothing: TourFacts = { isConnected: false, isEditTold: false, crm: null, troubles: 0 };
  const crm = { openConflicts: 0, settledConflicts: 0, errors: 0 };
  const cases: [string, TourStep[], Partial<TourFacts>, TourStep[]][] = [
    ['nothing was done yet', [], {}, []],
    ['the application is connected', [], { isConnected: true }, ['install']],
    ['a save in the portal was told', ['install'], { isEditTold: true }, ['install', 'edit']],
    ['conflicts are open, none is settled', [], { crm: { ...crm, openConflicts: 20 } }, []],
    ['one conflict is settled', [], { crm: { ...crm, openConflicts: 19, settledConflicts: 1 } }, ['conflict']],
    ['records failed', [], { crm: { ...crm, errors: 200 }, troubles: 1 }, ['error']],
    ['they fail still, with the trouble off', ['error'], { crm: { ...crm, errors: 3 } }, ['error']],
    ['nothing fails, with the trouble on', ['error'], { crm, troubles: 1 }, ['error']],
    ['all has recovered', ['error'], { crm, troubles: 0 }, ['error', 'recover']],
    ['nothing failed before: nothing recovers', [], { crm }, []],
    ['the CRM cannot be asked: what is done stays done', ['edit', 'error'], {}, ['edit', 'error']],
  ];
  for (const [title, before, facts, expected] of cases) {
    it(title, () => {
      const done = judgeTour(new Set(before), { ...nothing, ...facts });
      expect(tourSteps.filter((step) => done.has(step))).to.deep.equal(expected);
    });
  }
});

describe("the texts of the simulated portal's page", () => {
  const folder = new URL('./page/', import.meta.url);
  const sources = readdirSync(fileURLToPath(folder)).map((name) => ({
    name,
    text: readFileSync(new URL(name, folder), 'utf8'),
  }));
  const words = sources.find(({ name }) => name === 'words.js')?.text ?? '';
  const keys = new Set(
    [...words.matchAll(/^ {2}(?:'((?:[^'\\]|\\.)+)'|([^\s':]+)):/gm)].map(([, quoted, bare]) => quoted ?? bare),
  );

  it('have English words, each of them', () => {
    const missing: string[] = [];
    for (const { name, text } of sources.filter((one) => one.name.endsWith('.js') && one.name !== 'words.js')) {
      for (const [, said = ''] of text.matchAll(/'([^'\n]*[А-Яа-яЁё][^'\n]*)'/g)) {
        // What the server refuses in English has its Russian words beside it.
        if (!keys.has(said) && name !== 'app-page.js') missing.push(`${name}: ${said}`);
      }
    }
    const html = sources.find(({ name }) => name === 'index.html')?.text ?? '';
    for (const [, said = ''] of html.matchAll(/>([^<>]*[А-Яа-яЁё][^<>]*)</g)) {
      if (!keys.has(said.trim()) && said !== 'Русский') missing.push(`index.html: ${said}`);
    }
    expect(missing).to.deep.equal([]);
  });

  it('pass through the dictionary, wherever Russian stands in a script', () => {
    /** Tables whose values are translated where they are shown. */
    const tables = ['words.js', 'card-fields.js'];
    const tableLines = /^const (names|titles|russian)|^ {2}\w+: '|^ {2,4}'.*',?$/;
    const bare = sources
      .filter(({ name }) => name.endsWith('.js') && !tables.includes(name))
      .flatMap(({ name, text }) => text.split('\n').map((line) => ({ name, line })))
      .filter(({ line }) => /['`][^'`]*[А-Яа-яЁё]/.test(line.replace(/word\(\s*'[^']+'/g, '')))
      .filter(({ line }) => !tableLines.test(line) && !/^\s*(\*|\/)/.test(line));
    expect(bare.filter(({ line }) => !line.trim().startsWith("'"))).to.deep.equal([]);
  });
});
