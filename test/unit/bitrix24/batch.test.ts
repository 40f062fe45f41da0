import { expect } from 'chai';
import fc from 'fast-check';
import { sendBatch, toCommandLine } from '../../../app/bitrix24/batch.ts';
import type { SendOptions, Transport, WireAnswer } from '../../../app/bitrix24/sdk.ts';
import { BatchAnswer, readCommands } from '../../portal/batch.ts';
import { openLimits } from '../../support/portal-client.ts';

/** What the portal makes of a command's line. */
function asThePortalReadsIt(line: string): { method: string; params: unknown } {
  const [command] = readCommands({ k0000: line });
  if (!command) throw new Error('The portal sees no command');
  return new BatchAnswer().prepare(command);
}

const special = fc.constantFrom(
  '#',
  '?',
  '&',
  '+',
  '%',
  '%41',
  '=',
  '[',
  ']',
  '/',
  '\\',
  ' ',
  '\n',
  '"',
  "'",
  'ж',
  'Ё',
  '🚚',
);
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(special, { maxLength: 12 }).map((parts) => parts.join('')),
  )
  // Looks like a reference to an earlier command: never sent in a batch.
  .filter((value) => !/\$(result|error|total|next|time)\[/.test(value));

describe('toCommandLine', () => {
  it('brings every text to the portal unharmed', () => {
    fc.assert(
      fc.property(text, text, (title, comments) => {
        const params = { id: 7, fields: { title, comments } };
        expect(asThePortalReadsIt(toCommandLine({ method: 'crm.item.update', params }))).to.deep.equal({
          method: 'crm.item.update',
          params: { id: '7', fields: { title, comments } },
        });
      }),
    );
  });

  const values: { name: string; params: Record<string, unknown>; expected: unknown }[] = [
    { name: 'a list', params: { select: ['id', 'title'] }, expected: { select: ['id', 'title'] } },
    {
      name: 'a filter with signs in its names',
      params: { filter: { '>=updatedTime': '2026-11-01T10:00:00+00:00', '@id': [1, 2] } },
      expected: { filter: { '>=updatedTime': '2026-11-01T10:00:00+00:00', '@id': ['1', '2'] } },
    },
    {
      name: 'an empty text, which clears',
      params: { fields: { comments: '' } },
      expected: { fields: { comments: '' } },
    },
    { name: 'null as an empty text', params: { fields: { comments: null } }, expected: { fields: { comments: '' } } },
    {
      name: 'Y and N as themselves',
      params: { fields: { opened: 'Y', closed: 'N' } },
      expected: { fields: { opened: 'Y', closed: 'N' } },
    },
    {
      name: 'multifields under their own keys',
      params: {
        fields: {
          fm: {
            n0: { typeId: 'PHONE', valueType: 'WORK', value: '+7 999' },
            9001: { typeId: 'EMAIL', valueType: 'WORK', value: '' },
          },
        },
      },
      expected: {
        fields: {
          fm: {
            n0: { typeId: 'PHONE', valueType: 'WORK', value: '+7 999' },
            9001: { typeId: 'EMAIL', valueType: 'WORK', value: '' },
          },
        },
      },
    },
    {
      name: 'rows of an import',
      params: { data: [{ title: 'А' }, { title: 'Б' }] },
      expected: { data: [{ title: 'А' }, { title: 'Б' }] },
    },
  ];
  for (const { name, params, expected } of values) {
    it(`brings ${name}`, () => {
      expect(asThePortalReadsIt(toCommandLine({ method: 'crm.item.list', params })).params).to.deep.equal(expected);
    });
  }
});

interface Sent {
  method: string;
  params: Record<string, unknown>;
  options: SendOptions;
}

/** A way that answers with the given body, and keeps what was sent. */
function answering(body: unknown, time: WireAnswer['time'] = { date_start: '2026-11-01T13:00:00+03:00' }) {
  const sent: Sent[] = [];
  const transport: Transport = {
    portal: 'portal.example',
    via: 'webhook',
    async send(method, params, options) {
      sent.push({ method, params, options });
      return { result: body, reservation: new Map(), ...(time && { time }) };
    },
  };
  return { transport, sent };
}

const commands = [
  { method: 'crm.item.add', params: { fields: { title: 'А' } } },
  { method: 'crm.item.add', params: { fields: { title: 'Б' } } },
  { method: 'crm.item.get', params: { id: 3 } },
];

describe('sendBatch', () => {
  it('names its commands by letters, so that the portal never takes them for a list', async () => {
    const { transport, sent } = answering({});
    await sendBatch(transport, openLimits(), commands, { writes: true });
    const { halt, cmd } = sent[0]?.params ?? {};
    expect(halt).to.equal(0);
    expect(Object.keys(cmd as object)).to.deep.equal(['k0000', 'k0001', 'k0002']);
    expect([...(sent[0]?.options.calls ?? [])]).to.deep.equal([
      ['crm.item.add', 2],
      ['crm.item.get', 1],
    ]);
  });

  it('gives a batch of writes more than the minute that the portal may take, and reads half of it', async () => {
    const { transport, sent } = answering({});
    await sendBatch(transport, openLimits(), commands, { writes: true });
    await sendBatch(transport, openLimits(), commands, { writes: false });
    expect(sent.map(({ options }) => options.timeoutMs)).to.deep.equal([65_000, 30_000]);
  });

  it('asks for nothing when there is nothing to ask', async () => {
    const { transport, sent } = answering({});
    expect(await sendBatch(transport, openLimits(), [], { writes: true })).to.deep.equal({
      outcomes: [],
      serverTime: null,
    });
    expect(sent).to.deep.equal([]);
  });

  it('gives each command its own outcome, in order, whatever the portal left out', async () => {
    const { transport } = answering({
      result: { k0002: { item: { id: 3 } } },
      result_error: { k0000: { error: 'CRM_FIELD_ERROR_REQUIRED', error_description: 'The "Name" field is required' } },
      result_time: [],
    });
    const { outcomes } = await sendBatch(transport, openLimits(), commands, { writes: true });
    expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code))).to.deep.equal([
      'CRM_FIELD_ERROR_REQUIRED',
      'no_outcome',
      'ok',
    ]);
    const [refused, unknown] = outcomes;
    expect(refused).to.have.nested.include({ 'error.kind': 'validation', 'error.uncertain': false });
    // It was sent and nothing is known of it: a create must be looked up, not repeated.
    expect(unknown).to.have.nested.include({ 'error.retryable': true, 'error.uncertain': true });
  });

  const quirks: { name: string; body: unknown; codes: string[] }[] = [
    {
      name: 'everything failed',
      body: {
        result: [],
        result_error: Object.fromEntries(
          ['k0000', 'k0001', 'k0002'].map((key) => [key, { error: '', error_description: 'Not found' }]),
        ),
        result_time: [],
      },
      codes: ['bitrix24_refused', 'bitrix24_refused', 'bitrix24_refused'],
    },
    {
      name: 'nothing failed, and the maps are lists',
      body: {
        result: { k0000: 1, k0001: true, k0002: null },
        result_error: [],
        result_total: [],
        result_next: [],
        result_time: [],
      },
      codes: ['ok', 'ok', 'ok'],
    },
    { name: 'there is no answer in the answer', body: [], codes: ['no_outcome', 'no_outcome', 'no_outcome'] },
    { name: 'the result is null', body: null, codes: ['no_outcome', 'no_outcome', 'no_outcome'] },
  ];
  for (const { name, body, codes } of quirks) {
    it(`reads PHP's answers: ${name}`, async () => {
      const { transport } = answering(body);
      const { outcomes } = await sendBatch(transport, openLimits(), commands, { writes: false });
      expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code))).to.deep.equal(codes);
    });
  }

  it("tells the portal's own clock, and nothing when it does not say it", async () => {
    const { transport } = answering({});
    const { serverTime } = await sendBatch(transport, openLimits(), commands, { writes: false });
    expect(serverTime?.toISOString()).to.equal('2026-11-01T10:00:00.000Z');
    const silent = answering({}, {});
    expect((await sendBatch(silent.transport, openLimits(), commands, { writes: false })).serverTime).to.equal(null);
  });

  it('closes the lane of a method that the portal refused for its time, and says how long', async () => {
    const { transport } = answering({ result: [], result_error: { k0000: { error: 'OPERATION_TIME_LIMIT' } } });
    const limits = openLimits();
    const closed: string[] = [];
    limits.outOfTime = async (_portal, method) => {
      closed.push(method);
      return 42_000;
    };
    const { outcomes } = await sendBatch(transport, limits, commands.slice(0, 1), { writes: true });
    expect(outcomes[0]).to.have.nested.include({
      'error.kind': 'limit',
      'error.retryAfterMs': 42_000,
      'error.uncertain': false,
    });
    expect(closed).to.deep.equal(['crm.item.add']);
  });

  it("reports what each method cost: the portal's figures where it gives them", async () => {
    const { transport } = answering({
      result: { k0000: {}, k0001: {}, k0002: {} },
      result_time: {
        k0000: { duration: 0.5, operating: 10, operating_reset_at: 1_800_000_000 },
        k0001: { duration: 0.7, operating: 11.2, operating_reset_at: 1_800_000_060 },
      },
    });
    const limits = openLimits();
    await sendBatch(transport, limits, commands, { writes: true });
    const [add, get] = limits.costs;
    expect(add).to.deep.equal({
      method: 'crm.item.add',
      calls: 2,
      seconds: 1.2,
      operating: 11.2,
      resetAt: 1_800_000_060_000,
    });
    expect(get).to.deep.include({ method: 'crm.item.get', calls: 1, operating: null, resetAt: null });
  });
});
