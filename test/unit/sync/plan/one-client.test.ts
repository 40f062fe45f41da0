import { expect } from 'chai';
import fc from 'fast-check';
import { SimulatedClient } from './simulated-client.ts';

const values = {
  client_name: fc.constantFrom('ООО Ромашка', 'ООО Лютик', 'ИП Иванов', 'Договор № 1', null),
  client_email: fc.constantFrom('a@mail.example', 'b@mail.example', 'C@mail.example', null),
  client_phone: fc.constantFrom('+7 495 123-45-67', '8 (495) 765-43-21', null),
};
const own = { title: fc.constantFrom('Мониторинг', 'Датчики', null), end_date: fc.constantFrom('2026-12-31', null) };

const anyContract = fc.record({ ...values, ...own, client_inn: fc.constant('7701234567') });
const filled = {
  client_name: values.client_name,
  client_email: values.client_email,
  client_phone: values.client_phone,
};
const anyEdit = fc.oneof(
  fc.record({
    kind: fc.constant('contract' as const),
    index: fc.nat(3),
    columns: fc.record({ ...filled, ...own }, { requiredKeys: [] }),
  }),
  fc.record({
    kind: fc.constant('company' as const),
    columns: fc.record(
      {
        client_name: fc.constantFrom('ООО Ромашка', 'АО Портал'),
        client_email: fc.constantFrom('a@mail.example', 'portal@mail.example'),
        client_phone: fc.constantFrom('+74951234567', '+74950000000'),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ kind: fc.constant('reconcile' as const), index: fc.nat(3) }),
);

const anyStory = fc.record({
  contracts: fc.array(anyContract, { minLength: 2, maxLength: 4 }),
  edits: fc.array(anyEdit, { maxLength: 12 }),
  policy: fc.constantFrom('latest' as const, 'crm' as const, 'bitrix24' as const),
});

type Story = typeof anyStory extends fc.Arbitrary<infer Value> ? Value : never;

function tell({ contracts, edits, policy }: Story): SimulatedClient {
  const client = new SimulatedClient(contracts, policy);
  for (const edit of edits) {
    if (edit.kind === 'contract') client.editContract(edit.index % contracts.length, edit.columns);
    else if (edit.kind === 'company') client.editCompany(edit.columns);
    else client.reconcile(edit.index % contracts.length);
  }
  return client;
}

const shared = Object.keys(values);

describe('any interleaving of edits of a client’s contracts and their company', () => {
  it('ends with all of them equal, and a second pass writes nothing', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const client = tell(story);
        expect(client.settle()).to.be.lessThan(8);
        for (const key of shared) expect(new Set(client.values(key)), key).to.have.property('size', 1);
        const { remote } = client;
        expect(client.settle()).to.equal(0);
        expect(client.remote).to.equal(remote);
      }),
      { numRuns: 500 },
    );
  });

  it('loses no shared value: what is nowhere any more is kept as a conflict', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const client = tell(story);
        const before = client.entered();
        client.settle();
        for (const [key, value] of before) {
          const kept = client.conflicts.filter(([field]) => field === key).map(([, lost]) => lost);
          // A number that stands for the name is no name.
          if (key === 'client_name' && /^Договор № \d$/.test(value ?? '')) continue;
          expect([...client.values(key), ...kept], `${key} ${value}`).to.include(value);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('lists every contract in the company, whichever of them was looked at last', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const client = tell(story);
        client.settle();
        const comments = String(client.remote.fields.COMMENTS);
        for (const [index, { local }] of client.members.entries()) {
          expect(comments).to.include(`Договор: № ${index + 1}`);
          if (local.title) expect(comments).to.include(`Название: ${local.title}`);
        }
        expect(comments.match(/ИНН: 7701234567/g)).to.have.length(1);
      }),
      { numRuns: 200 },
    );
  });

  it('of a field that the CRM owns, the last entered value stands in the company: the contracts do not fight', () => {
    const contracts = ['ООО Ромашка', 'ООО Лютик', 'ООО Мак'].map((client_name) => ({
      client_name,
      client_inn: '7701234567',
    }));
    const client = new SimulatedClient(contracts, 'latest', { owners: { client_name: 'crm' } });
    expect(client.settle()).to.be.lessThan(3);
    client.editContract(0, { client_name: 'АО Ромашка' });
    expect(client.settle()).to.equal(1);
    expect(client.remote.fields.TITLE).to.equal('АО Ромашка');
    expect(client.conflicts).to.deep.equal([]);
    client.editCompany({ client_name: 'Из портала' });
    client.settle();
    expect(client.remote.fields.TITLE).to.not.equal('Из портала');
  });
});
