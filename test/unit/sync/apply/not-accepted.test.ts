import { expect } from 'chai';
import { fieldMapFor } from '../../../../app/field-maps/custom.ts';
import type { Canonical, FieldMap } from '../../../../app/field-maps/types.ts';
import type { AppError } from '../../../../app/lib/errors.ts';
import { besideCut, notAccepted } from '../../../../app/sync/apply/field-errors.ts';
import { emptyRemoteShadow } from '../../../../app/sync/plan/merge.ts';

const marker = '——— Axenta: ниже заполняется автоматически ———';
const map = fieldMapFor('object', {
  custom: [
    { local: 'status', bitrix24: 'STAGE_ID', owner: 'crm' },
    { local: 'type', bitrix24: 'UF_CRM_TYPE', owner: 'crm' },
  ],
});

interface Case {
  title: string;
  /** What was sent, by pair key: from what, to what. */
  sent: Record<string, [before: Canonical, after: Canonical]>;
  answer: Record<string, unknown>;
  refused: Record<string, RegExp>;
  /** Pairs whose part of a field may be gone with it. */
  beside?: string[];
}

const cases: Case[] = [
  { title: 'a value that was taken', sent: { title: ['Камаз', 'Volvo'] }, answer: { TITLE: 'Volvo' }, refused: {} },
  {
    title: 'a value that the portal stores in other words',
    sent: { title: ['Камаз', 'Volvo «FH»'] },
    answer: { TITLE: 'Volvo "FH"' },
    refused: {},
  },
  {
    title: 'a stage of another funnel: the former one is read back',
    sent: { 'status:STAGE_ID': ['NEW', 'C2:NEW'] },
    answer: { STAGE_ID: 'NEW' },
    refused: { 'status:STAGE_ID': /не принял значение «C2:NEW», там остаётся «NEW»/ },
  },
  {
    title: 'an option that the field does not have: nothing is read back',
    sent: { 'type:UF_CRM_TYPE': ['81', 'трактор'] },
    answer: { UF_CRM_TYPE: null },
    refused: { 'type:UF_CRM_TYPE': /не принял значение «трактор»/ },
  },
  {
    title: 'the same in a new record',
    sent: { 'type:UF_CRM_TYPE': [null, 'трактор'] },
    answer: { UF_CRM_TYPE: '' },
    refused: { 'type:UF_CRM_TYPE': /не принял значение «трактор»/ },
  },
  {
    title: 'a date that cannot be emptied',
    sent: { close_date: ['2026-12-31', null] },
    answer: { CLOSEDATE: '2026-12-31' },
    refused: { close_date: /не даёт его очистить, там остаётся «2026-12-31»/ },
  },
  {
    title: 'a text that ends where a character of four bytes stood, with our part behind it',
    sent: { description: ['Рефрижератор', 'Машина 🚚 резерв'], details: ['IMEI: 1', 'IMEI: 2'] },
    answer: { COMMENTS: 'Машина' },
    refused: { description: /обрезал текст перед символом «🚚», там осталось «Машина»/ },
    beside: ['details'],
  },
  {
    title: 'a text with such a character that the portal keeps',
    sent: { description: ['Рефрижератор', 'Машина 🚚 резерв'] },
    answer: { COMMENTS: `Машина 🚚 резерв\n\n${marker}\nIMEI: 1` },
    refused: {},
  },
  { title: 'a field that the answer does not name', sent: { title: ['Камаз', 'Volvo'] }, answer: {}, refused: {} },
];

describe('what the portal did not take', () => {
  for (const { title, sent, answer, refused, beside = [] } of cases) {
    it(title, () => {
      const toRemote = Object.entries(sent).map(([key, [before, after]]) => ({
        pair: pairOf(map, key),
        before,
        after,
      }));
      const former = { ...emptyRemoteShadow, values: { details: 'IMEI: 1' } };
      const found = notAccepted({ merge: { toRemote }, former, answer: { fields: answer, multifields: [] } });
      expect(found.map(({ key }) => key)).to.deep.equal(Object.keys(refused));
      for (const { key, error } of found) expect((error as AppError).text.ru).to.match(refused[key] as RegExp);
      expect(besideCut(map, found)).to.deep.equal(beside);
    });
  }
});

function pairOf({ pairs }: FieldMap, key: string) {
  const pair = pairs.find((candidate) => candidate.key === key);
  if (!pair) throw new Error(`No pair ${key}`);
  return pair;
}
