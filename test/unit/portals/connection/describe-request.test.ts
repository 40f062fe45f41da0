import { expect } from 'chai';
import { toCommandLine } from '../../../../app/bitrix24/batch.ts';
import { classify, fromNetworkFailure } from '../../../../app/bitrix24/error-table.ts';
import { describeRequest } from '../../../../app/portals/connection/describe-request.ts';

const portal = 'acme.bitrix24.ru';

function batch(commands: Record<string, { method: string; params: Record<string, unknown> }>, result: unknown) {
  const cmd = Object.fromEntries(Object.entries(commands).map(([name, command]) => [name, toCommandLine(command)]));
  return describeRequest({ portal, method: 'batch', params: { halt: 0, cmd }, result, durationMs: 12.6 });
}

describe('describeRequest', () => {
  it('sums up the commands of a batch, each with its record and with what was refused', () => {
    const described = batch(
      {
        k0000: { method: 'crm.item.update', params: { entityTypeId: 2, id: 7, fields: { title: 'Камаз № 5' } } },
        k0001: { method: 'crm.item.update', params: { entityTypeId: 3, id: 8, fields: { name: 'Анна' } } },
        k0002: {
          method: 'crm.item.add',
          params: { entityTypeId: 2, fields: { title: 'Газель', originId: 'abcdefgh:3:object:12' } },
        },
      },
      {
        result: { k0000: { item: { id: 7, title: 'Камаз № 5' } }, k0002: { item: { id: 99 } } },
        result_error: { k0001: { error: 'ACCESS_DENIED', error_description: 'Access denied' } },
      },
    );
    expect(described).to.deep.include({
      method: 'batch',
      methods: ['batch', 'crm.item.update', 'crm.item.add'],
      outcome: 'partly',
      code: 'ACCESS_DENIED',
      durationMs: 13,
      commands: [
        { method: 'crm.item.update', record: 'deal:7', code: null },
        { method: 'crm.item.update', record: 'contact:8', code: 'ACCESS_DENIED' },
        { method: 'crm.item.add', record: 'deal:99', code: null },
      ],
      records: ['deal:7', 'contact:8', 'deal:99', 'object:12'],
    });
    expect(described.request.split('\n')[0]).to.equal('crm.item.update?entityTypeId=2&id=7&fields[title]=Камаз № 5');
    expect(described.response.split('\n')[1]).to.include('Access denied');
  });

  it('knows each of the records that are read by lists, and keeps of their rows the ids alone', () => {
    const ids = Array.from({ length: 50 }, (_, index) => index + 1);
    const described = batch(
      {
        k0000: { method: 'crm.item.list', params: { entityTypeId: 4, filter: { '@id': ids }, start: -1 } },
        k0001: { method: 'crm.item.list', params: { entityTypeId: 4, filter: { '>id': 700 }, start: -1 } },
      },
      {
        result: {
          k0000: { items: [{ id: 3, title: 'ООО Ромашка', fm: [{ value: 'anna@example.ru' }] }] },
          k0001: { items: [] },
        },
        result_error: [],
      },
    );
    expect(described.records).to.deep.equal(ids.map((id) => `company:${id}`));
    expect(described.outcome).to.equal('ok');
    expect(described.response).to.include('"rows":1').and.not.include('anna@example.ru');
  });

  const singles: [string, Parameters<typeof describeRequest>[0], string, string | null, string[]][] = [
    [
      'a record of the legacy family',
      { portal, method: 'crm.company.update', params: { id: 5, fields: {} }, result: true, durationMs: 1 },
      'ok',
      null,
      ['company:5'],
    ],
    [
      'a method that speaks of no record',
      { portal, method: 'profile', params: {}, result: { ID: '1' }, durationMs: 1 },
      'ok',
      null,
      [],
    ],
    [
      'a refusal',
      {
        ...{ portal, method: 'crm.item.delete', params: { entityTypeId: 2, id: 5 }, durationMs: 1 },
        error: classify({ status: 400, body: { error: 'NOT_FOUND', error_description: 'Item not found' } }),
      },
      'refused',
      'NOT_FOUND',
      ['deal:5'],
    ],
    [
      'an answer that never came',
      {
        ...{ portal, method: 'crm.item.delete', params: { entityTypeId: 2, id: 5 }, durationMs: 1 },
        error: fromNetworkFailure({ code: 'ECONNRESET' }),
      },
      'unanswered',
      'portal_unreachable',
      ['deal:5'],
    ],
  ];
  for (const [title, note, outcome, code, records] of singles) {
    it(`describes ${title}`, () => {
      const described = describeRequest(note);
      expect(described).to.deep.include({ outcome, code, records, commands: null, methods: [note.method] });
    });
  }

  it('keeps no secret, wherever the portal or a text repeats it', () => {
    const secret = 'abcdefgh12345678';
    const text = `https://${portal}/rest/1/${secret}/ auth=${secret} "access_token":"${secret}" client_secret=${secret}`;
    const { request, response } = describeRequest({
      ...{ portal, method: 'crm.item.update', durationMs: 1 },
      params: { entityTypeId: 2, id: 1, fields: { title: text }, auth: secret },
      result: { item: { id: 1, title: text } },
    });
    expect(request + response)
      .to.include('***')
      .and.not.include(secret);
  });

  it('bounds what it keeps of the longest request and of the longest answer, and says that it was cut', () => {
    const long = '👍'.repeat(1_000_000);
    const startedAt = performance.now();
    const { request, response } = describeRequest({
      ...{ portal, method: 'crm.item.update', durationMs: 1 },
      params: { entityTypeId: 2, id: 1, fields: { comments: long } },
      result: { item: { id: 1, comments: long } },
    });
    for (const text of [request, response]) expect(text).to.have.length.below(20_010).and.match(/✂$/);
    expect(performance.now() - startedAt).to.be.below(2000);
  });

  it('takes a moment for a long text of any shape', () => {
    const shapes = ['originId', 'originId=', '%3Aobject%3A1', '&id=1', 'auth = ', '/rest/1/', '[b=', '"', 'filter[id]'];
    for (const shape of shapes) {
      const title = shape.repeat(1_000_000 / shape.length);
      const startedAt = performance.now();
      describeRequest({
        ...{ portal, method: 'crm.item.update', durationMs: 1 },
        params: { entityTypeId: 2, id: 1, fields: { title } },
        result: { item: { id: 1, title } },
      });
      expect(performance.now() - startedAt, shape).to.be.below(2000);
    }
  });

  it('gives texts that PostgreSQL takes', () => {
    const { request, response } = describeRequest({
      ...{ portal, method: 'crm.item.update', durationMs: 1 },
      params: { entityTypeId: 2, id: 1, fields: { title: 'a\0b' } },
      result: { item: { title: 'half \ud83d' } },
    });
    expect(request + response).to.not.include('\0');
    expect(response).to.equal(Buffer.from(response).toString());
  });
});
