import { expect } from 'chai';
import type { FieldInfo, PortalChoices } from '../../../../app/bitrix24/client.ts';
import { placedFields, placementProblems, placeOf } from '../../../../app/sync/plan/placement.ts';
import { defaultPlacement, type PlacementSettings } from '../../../../app/sync/plan/placement-settings.ts';

const info = (itemName: string, upperName: string): [string, FieldInfo] => [
  upperName,
  {
    ...{ id: null, upperName, itemName, type: 'string', title: upperName, isReadOnly: false, isMultiple: false },
    ...{ isRequired: false, options: [], statusType: null },
  },
];
const fields = new Map([
  info('categoryId', 'CATEGORY_ID'),
  info('stageId', 'STAGE_ID'),
  info('assignedById', 'ASSIGNED_BY_ID'),
  info('sourceId', 'SOURCE_ID'),
  info('typeId', 'COMPANY_TYPE'),
]);
const choices: PortalChoices = {
  funnels: [
    { id: 0, name: 'Общая', stages: [{ id: 'NEW', name: 'Новая' }] },
    { id: 5, name: 'Монтаж', stages: [{ id: 'C5:NEW', name: 'Новая' }] },
  ],
  people: [
    { id: 7, name: 'Ирина Лисина', email: null, isActive: true },
    { id: 9, name: 'Олег Котов', email: null, isActive: false },
  ],
  lists: new Map([
    ['SOURCE', [{ id: 'WEB', name: 'Веб-сайт' }]],
    ['COMPANY_TYPE', [{ id: 'CUSTOMER', name: 'Клиент' }]],
  ]),
  unread: {},
  readAt: new Date(0),
};
const of = (object: PlacementSettings['object']): PlacementSettings => ({ ...defaultPlacement, object });

describe('where a new record goes', () => {
  const all = { category_id: 0, stage_id: 'NEW', responsible_id: 7 };
  for (const [title, object, type, expected] of [
    ['as for all, where its type has no place', { default: all }, 'Грузовой', all],
    [
      'as its type says, and for the rest as for all',
      { default: all, by_type: { грузовой: { source_id: 'WEB' } } },
      ' Грузовой',
      { ...all, source_id: 'WEB' },
    ],
    [
      'into the first stage of a funnel of its own: the stage for all is another funnel’s',
      { default: all, by_type: { Грузовой: { category_id: 5 } } },
      'Грузовой',
      { category_id: 5, responsible_id: 7 },
    ],
    ['wherever the portal puts it, where nothing is chosen', {}, 'Грузовой', {}],
  ] as const) {
    it(title, () => expect(placeOf(of(object), 'object', { type })).to.deep.equal(expected));
  }

  for (const [title, place, expected] of [
    [
      'is sent as it was chosen',
      { category_id: 5, stage_id: 'C5:NEW', responsible_id: 7 },
      { CATEGORY_ID: 5, STAGE_ID: 'C5:NEW', ASSIGNED_BY_ID: 7 },
    ],
    ['without a stage that is gone', { category_id: 5, stage_id: 'C5:OLD' }, { CATEGORY_ID: 5 }],
    [
      'without a funnel that is gone, and without its stage',
      { category_id: 8, stage_id: 'C8:NEW', source_id: 'WEB' },
      { SOURCE_ID: 'WEB' },
    ],
    [
      'without a person who was dismissed',
      { responsible_id: 9, company_type: 'CUSTOMER' },
      { COMPANY_TYPE: 'CUSTOMER' },
    ],
    ['without a value that its list has no more', { source_id: 'FAX' }, {}],
  ] as const) {
    it(title, () => expect(placedFields(place, choices, fields)).to.deep.equal(expected));
  }

  it('is believed where the portal tells nothing', () => {
    const place = { category_id: 8, stage_id: 'C8:NEW', responsible_id: 9, source_id: 'FAX' };
    const expected = { CATEGORY_ID: 8, STAGE_ID: 'C8:NEW', ASSIGNED_BY_ID: 9, SOURCE_ID: 'FAX' };
    expect(placedFields(place, null, fields)).to.deep.equal(expected);
    const unread = { ...choices, funnels: null, people: null, lists: null };
    expect(placedFields(place, unread, fields)).to.deep.equal(expected);
    expect(placementProblems(of({ default: place }), 'object', unread)).to.deep.equal([]);
  });

  it('is told by the path of each wrong choice; what a type has from all is told once', () => {
    const settings = of({
      default: { responsible_id: 9 },
      by_type: { A: { stage_id: 'C5:NEW' }, B: { source_id: 'FAX' } },
    });
    const paths = placementProblems(settings, 'object', choices).map(({ path }) => path);
    expect(paths).to.deep.equal(['default.responsible_id', 'by_type.A.stage_id', 'by_type.B.source_id']);
  });
});
