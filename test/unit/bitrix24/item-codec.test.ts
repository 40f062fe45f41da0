import { expect } from 'chai';
import { splitClearing } from '../../../app/bitrix24/clear-company-fields.ts';
import type { FieldInfo } from '../../../app/bitrix24/client.ts';
import type { FieldNames } from '../../../app/bitrix24/field-metadata.ts';
import { toImportRow, toRecord, toWireFields } from '../../../app/bitrix24/item-codec.ts';

const infos = [
  ['TITLE', 'title'],
  ['COMMENTS', 'comments'],
  ['DATE_MODIFY', 'updatedTime'],
  ['UF_CRM_1', 'ufCrm_1'],
].map(([upperName = '', itemName = '']): FieldInfo => {
  const flags = { id: null, isReadOnly: false, isMultiple: false, isRequired: false, options: [], statusType: null };
  return { upperName, itemName, type: 'string', title: upperName, ...flags };
});
const names: FieldNames = {
  entity: 'object',
  multifieldsProven: true,
  doubt: () => undefined,
  byUpperName: new Map(infos.map((info) => [info.upperName, info])),
  byItemName: new Map(infos.map((info) => [info.itemName, info])),
};
const item = { id: 7, title: 'Камаз', updatedTime: '2026-09-03T13:19:00+03:00' };

describe('toRecord', () => {
  it('gives fields their documented names and leaves out what the portal does not describe', () => {
    const record = toRecord(
      { ...item, ufCrm_1: '', searchContent: 'bulky', originatorId: 'axenta', originId: '1:object:5' },
      names,
    );
    expect(record).to.deep.equal({
      id: 7,
      fields: { TITLE: 'Камаз', DATE_MODIFY: item.updatedTime, UF_CRM_1: '' },
      multifields: [],
      lacksMultifields: true,
      modifiedAt: new Date('2026-09-03T10:19:00Z'),
      createdAt: null,
      originatorId: 'axenta',
      originId: '1:object:5',
    });
  });

  for (const nothing of [null, undefined, '']) {
    it(`takes ${JSON.stringify(nothing)} for no origin`, () => {
      expect(toRecord({ ...item, originId: nothing }, names).originId).to.equal(null);
    });
  }

  it('reads ids that came as texts', () => {
    const fm = [{ id: '9001', typeId: 'PHONE', valueType: 'WORK', value: '+7' }];
    const record = toRecord({ ...item, id: '7', fm }, names);
    expect(record.id).to.equal(7);
    expect(record.multifields).to.deep.equal([{ id: 9001, typeId: 'PHONE', valueType: 'WORK', value: '+7' }]);
  });

  for (const broken of [undefined, null, [], {}, { id: 0 }, { id: 'x' }, { id: -1 }, { id: 1.5 }]) {
    it(`does not take ${JSON.stringify(broken)} for a record`, () => {
      expect(() => toRecord(broken, names))
        .to.throw()
        .with.property('code', 'no_item');
    });
  }
});

describe('toWireFields', () => {
  const phone = { typeId: 'PHONE', valueType: 'WORK' } as const;

  it('names fields as the portal does, and clears by an empty text', () => {
    const changes = { fields: { TITLE: 'А', COMMENTS: null, UF_CRM_1: '' }, multifields: [] };
    expect(toWireFields(changes, names)).to.deep.equal({ title: 'А', comments: '', ufCrm_1: '' });
  });

  it('refuses a field that the portal does not have', () => {
    const changes = { fields: { UF_CRM_GONE: '1' }, multifields: [] };
    expect(() => toWireFields(changes, names))
      .to.throw('UF_CRM_GONE')
      .with.property('kind', 'validation');
  });

  it('adds, changes and removes values of multifields by their keys', () => {
    const multifields = [
      { ...phone, value: '+71' },
      { ...phone, id: 9001, value: '+72' },
      { ...phone, id: 9002, value: '' },
    ];
    expect(toWireFields({ fields: {}, multifields }, names)).to.deep.equal({
      fm: { n0: { ...phone, value: '+71' }, 9001: { ...phone, value: '+72' }, 9002: { ...phone, value: '' } },
    });
  });

  it('writes the rows of an import in their own way', () => {
    const multifields = [
      { ...phone, value: '+71' },
      { ...phone, value: '+72' },
      { typeId: 'EMAIL', valueType: 'HOME', value: 'a@b.ru' } as const,
    ];
    expect(toImportRow({ fields: { TITLE: 'А' }, multifields }, names)).to.deep.equal({
      title: 'А',
      PHONE: [
        { VALUE: '+71', VALUE_TYPE: 'WORK' },
        { VALUE: '+72', VALUE_TYPE: 'WORK' },
      ],
      EMAIL: [{ VALUE: 'a@b.ru', VALUE_TYPE: 'HOME' }],
    });
  });
});

describe('splitClearing', () => {
  const changes = { fields: { TITLE: 'А', COMMENTS: null, ADDRESS: '' }, multifields: [] };

  it('empties the fields of a company by the frozen family', () => {
    expect(splitClearing('contract', 5, changes)).to.deep.equal({
      clearing: { method: 'crm.company.update', params: { id: 5, fields: { COMMENTS: '', ADDRESS: '' } } },
      rest: { fields: { TITLE: 'А' }, multifields: [] },
    });
  });

  it('leaves everything else to crm.item.update', () => {
    expect(splitClearing('object', 5, changes)).to.deep.equal({ clearing: null, rest: changes });
    const filled = { fields: { TITLE: 'А' }, multifields: [] };
    expect(splitClearing('contract', 5, filled)).to.deep.equal({ clearing: null, rest: filled });
  });
});
