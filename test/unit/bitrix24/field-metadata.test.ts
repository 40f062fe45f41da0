import { expect } from 'chai';
import type { Call } from '../../../app/bitrix24/call-method.ts';
import { makeFieldMetadata } from '../../../app/bitrix24/field-metadata.ts';
import { mockError } from '../../support/mock-values.ts';

const dealFields = {
  title: {
    type: 'string',
    title: 'Название',
    upperName: 'TITLE',
    isReadOnly: false,
    isMultiple: false,
  },
  ufCrm_1747309879: { type: 'string', title: 'Номер', upperName: 'UF_CRM_1747309879' },
  id: { type: 'integer', upperName: 'ID', isReadOnly: true },
};

function prepare(answers: Record<string, (params: Record<string, unknown>) => unknown>) {
  const asked: string[] = [];
  let nowMs = 0;
  const call: Call = async (method, params) => {
    // Ids of user fields are asked for with each list.
    if (!method.endsWith('userfield.list')) asked.push(method);
    return { result: answers[method]?.(params) };
  };
  const clock = { now: () => new Date(nowMs), sleep: async () => undefined };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { catalogue: makeFieldMetadata(call, clock), asked, pass };
}

describe('makeCatalogue', () => {
  it('takes names from the portal, both ways', async () => {
    const { catalogue } = prepare({ 'crm.item.fields': () => ({ fields: dealFields }) });
    const { byUpperName, byItemName } = await catalogue.fields('object');
    expect(byUpperName.get('UF_CRM_1747309879')).to.include({ itemName: 'ufCrm_1747309879', isReadOnly: false });
    expect(byItemName.get('id')).to.include({ upperName: 'ID', isReadOnly: true, title: 'id' });
  });

  for (const { name, error } of [
    { name: 'the right is missing', error: { code: 'access_denied', kind: 'auth', retryable: false } },
    { name: 'the method is not there', error: { code: 'method_not_found', kind: 'validation', retryable: false } },
  ] as const) {
    it(`reads the fields although the ids of user fields are refused: ${name}`, async () => {
      const { catalogue } = prepare({
        'crm.item.fields': () => ({ fields: dealFields }),
        'crm.deal.userfield.list': () => {
          throw mockError('Refused', error);
        },
      });
      const { byUpperName } = await catalogue.fields('object');
      expect(byUpperName.get('UF_CRM_1747309879')).to.include({ id: null, title: 'Номер' });
    });
  }

  it('asks once an hour for each kind, however many ask at once', async () => {
    const { catalogue, asked, pass } = prepare({ 'crm.item.fields': () => ({ fields: dealFields }) });
    await Promise.all([catalogue.fields('object'), catalogue.fields('object'), catalogue.fields('user')]);
    pass(3_599_999);
    await catalogue.fields('object');
    expect(asked).to.have.length(2);
    pass(1);
    await catalogue.fields('object');
    expect(asked).to.have.length(3);
    catalogue.clear();
    await catalogue.fields('object');
    expect(asked).to.have.length(4);
  });

  it('asks again when an answer does not fit what was read, but not more than once a minute', async () => {
    const { catalogue, asked, pass } = prepare({ 'crm.item.fields': () => ({ fields: dealFields }) });
    const names = await catalogue.fields('object');
    names.doubt(['+ufCrmNew']);
    await catalogue.fields('object');
    expect(asked).to.have.length(1);
    pass(60_000);
    await catalogue.fields('object');
    expect(asked).to.have.length(2);
    await catalogue.fields('user');
    expect(asked).to.have.length(3);
  });

  it('does not ask for ever about what a new look did not explain, but does when it turns round', async () => {
    const { catalogue, asked, pass } = prepare({ 'crm.item.fields': () => ({ fields: dealFields }) });
    const names = await catalogue.fields('object');
    for (const sign of ['+ufCrmOdd', '+ufCrmOdd', '+ufCrmOdd']) {
      names.doubt([sign]);
      pass(60_000);
      await catalogue.fields('object');
    }
    expect(asked).to.have.length(2);
    names.doubt(['-ufCrmOdd']);
    await catalogue.fields('object');
    expect(asked).to.have.length(3);
  });

  it('asks again after a refusal of a value, each time', async () => {
    const { catalogue, asked, pass } = prepare({ 'crm.item.fields': () => ({ fields: dealFields }) });
    await catalogue.fields('object');
    for (let time = 0; time < 2; time += 1) {
      catalogue.doubt('object');
      pass(60_000);
      await catalogue.fields('object');
    }
    expect(asked).to.have.length(3);
  });

  it('reads every list, page by page', async () => {
    const rows = [
      { ENTITY_ID: 'SOURCE', STATUS_ID: 'WEB', NAME: 'Сайт' },
      { ENTITY_ID: 'DEAL_STAGE', STATUS_ID: 'NEW', NAME: 'Новая' },
      { ENTITY_ID: 'SOURCE', STATUS_ID: 'CALL', NAME: 'Звонок' },
    ];
    const call: Call = async (_method, { start = 0 }) => ({
      result: rows.slice(Number(start), Number(start) + 2),
      ...(start === 0 && { next: 2 }),
    });
    const clock = { now: () => new Date(0), sleep: async () => undefined };
    const lists = await makeFieldMetadata(call, clock).lists();
    expect(lists.get('SOURCE')).to.deep.equal([
      { id: 'WEB', name: 'Сайт' },
      { id: 'CALL', name: 'Звонок' },
    ]);
    expect([...lists.keys()]).to.deep.equal(['SOURCE', 'DEAL_STAGE']);
  });

  it('does not remember a failure', async () => {
    let isDown = true;
    const { catalogue } = prepare({
      'crm.item.fields': () => {
        if (isDown) throw mockError('Down');
        return { fields: dealFields };
      },
    });
    expect(await catalogue.fields('object').catch((error: Error) => error.message)).to.equal('Down. Retry');
    isDown = false;
    expect((await catalogue.fields('object')).byUpperName.size).to.equal(3);
  });

  for (const result of [null, [], { fields: [] }, {}]) {
    it(`does not take ${JSON.stringify(result)} for a list of fields`, async () => {
      const { catalogue } = prepare({ 'crm.item.fields': () => result });
      const error = await catalogue.fields('object').catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'no_fields', retryable: true });
    });
  }

  const stage = (ENTITY_ID: string, STATUS_ID: string, rest: object) => ({ ENTITY_ID, STATUS_ID, ...rest });
  const stages = [
    stage('DEAL_STAGE', 'NEW', { SEMANTICS: null, EXTRA: { SEMANTICS: 'process' } }),
    stage('DEAL_STAGE', 'WON', { SEMANTICS: 'S' }),
    stage('DEAL_STAGE', 'LOSE', { SEMANTICS: 'F' }),
    stage('DEAL_STAGE', 'APOLOGY', { SEMANTICS: 'F' }),
    stage('DEAL_STAGE_2', 'C2:LOSE', { EXTRA: { SEMANTICS: 'failure' } }),
    stage('DEAL_STAGE_2', 'C2:APOLOGY', { EXTRA: { SEMANTICS: 'apology' } }),
    stage('DEAL_STAGE_3', 'C3:NEW', { SEMANTICS: null }),
  ];
  for (const [category, expected] of [
    [0, ['NEW P', 'WON S', 'LOSE F', 'APOLOGY F']],
    [2, ['C2:LOSE F', 'C2:APOLOGY F']],
    [3, ['C3:NEW P']],
    [9, []],
  ] as const) {
    it(`knows ${expected.length} stages of funnel ${category}, also where the filter is passed over`, async () => {
      const { catalogue, asked } = prepare({ 'crm.status.list': () => stages });
      const found = await catalogue.stages(category);
      expect(found.map(({ id, semantics }) => `${id} ${semantics}`)).to.deep.equal(expected);
      await catalogue.stages(category);
      expect(asked).to.have.length(1);
    });
  }
});
