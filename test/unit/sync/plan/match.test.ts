import { expect } from 'chai';
import fc from 'fast-check';
import type { Entity } from '../../../../app/lib/records.ts';
import type { Identity } from '../../../../app/sync/plan/identity.ts';
import { localIdentity, remoteIdentity } from '../../../../app/sync/plan/identity.ts';
import { decideMatch, defaultKeys, judge, type KeyRule } from '../../../../app/sync/plan/match.ts';
import { decideMatches, type Unmatched } from '../../../../app/sync/plan/match-many.ts';
import { mockRecord } from '../../../support/mock-values.ts';

interface Person {
  name?: string;
  email?: string;
  phone?: string;
}

interface Client extends Person {
  inn?: string;
  kpp?: string;
}

const comparing = { named: null, country: 'RU' } as const;

const user = ({ name = '', email, phone }: Person) => localIdentity('user', { name, email, phone }, comparing);
const contract = ({ name, email, phone, inn, kpp }: Client) =>
  localIdentity(
    'contract',
    { client_name: name, client_email: email, client_phone: phone, client_inn: inn, client_kpp: kpp },
    comparing,
  );

function remote(entity: Entity, id: number, { name = '', email, phone, inn, kpp }: Client): Identity {
  const [NAME = '', LAST_NAME = ''] = name.split(' ');
  const multifields = [
    ...(email ? [{ id: 1, typeId: 'EMAIL' as const, valueType: 'WORK', value: email }] : []),
    ...(phone ? [{ id: 2, typeId: 'PHONE' as const, valueType: 'WORK', value: phone }] : []),
  ];
  const fields = entity === 'user' ? { NAME, LAST_NAME } : { TITLE: name };
  const requisites = inn ? [{ companyId: id, inn, kpp: kpp ?? null }] : [];
  return remoteIdentity(entity, mockRecord({ id, fields, multifields }), { requisites, ...comparing });
}

/** `link 2`, `create`, or the reason with the ids that a person chooses from. */
function decided(
  entity: 'user' | 'contract',
  own: Client,
  others: readonly Client[],
  keys = defaultKeys[entity],
): string {
  const local = entity === 'user' ? user(own) : contract(own);
  const candidates = others.map((other, index) => judge(local, index + 1, remote(entity, index + 1, other)));
  const decision = decideMatch(keys, candidates);
  if (decision.action === 'create') return 'create';
  if (decision.action === 'link') return `link ${decision.id}`;
  return `${decision.reason} ${decision.candidates.map(({ id }) => id).join()}`;
}

const phone = '+74957654321';

const people: [string, Person, Person[], string][] = [
  ['no contact is like it', { name: 'Пётр Сидоров', email: 'p@a.example' }, [{ name: 'Анна Белова' }], 'create'],
  ['one has the e-mail', { name: 'Пётр', email: 'P@a.example' }, [{ name: 'Петя', email: 'p@A.example' }], 'link 1'],
  [
    'several have the e-mail',
    { name: 'П', email: 'p@a.example' },
    [{ email: 'p@a.example' }, { email: 'p@a.example' }],
    'several 1,2',
  ],
  [
    'the phone and the name',
    { name: 'Иван Петров', phone },
    [{ name: 'Петров Иван', phone: '8 495 765 43 21' }],
    'link 1',
  ],
  [
    'the phone with an extension, and the name',
    { name: 'Иван Петров', phone },
    [{ name: 'Иван Петров', phone: `${phone} доб. 12` }],
    'link 1',
  ],
  ['ё for е', { name: 'Пётр Сёмин', phone }, [{ name: 'Петр Семин', phone }], 'link 1'],
  [
    'the phone and a part of the name',
    { name: 'Иван Ильич Петров', phone },
    [{ name: 'Иван Петров', phone }],
    'link 1',
  ],
  ['the phone and a first name only', { name: 'Иван Петров', phone }, [{ name: 'Иван', phone }], 'uncertain 1'],
  [
    'the phone, the name and another e-mail',
    { name: 'И П', phone, email: 'a@a.example' },
    [{ name: 'И П', phone, email: 'b@a.example' }],
    'contradicts 1',
  ],
  ['the phone alone', { name: 'Пётр Сидоров', phone }, [{ name: 'Анна Белова', phone }], 'uncertain 1'],
  [
    'the phone alone, e-mail on one side',
    { name: 'Пётр Сидоров', phone, email: 'p@a.example' },
    [{ name: 'Анна Белова', phone }],
    'uncertain 1',
  ],
  [
    'the phone alone and another e-mail: two people',
    { name: 'Пётр Сидоров', phone, email: 'p@a.example' },
    [{ name: 'Анна Белова', phone, email: 'a@a.example' }],
    'create',
  ],
  [
    'an e-mail of one and the phone of another',
    { name: 'И П', phone, email: 'p@a.example' },
    [
      { name: 'И П', phone },
      { name: 'Н', email: 'p@a.example' },
    ],
    'link 2',
  ],
  [
    'what is no e-mail and no phone',
    { name: 'П', email: 'нет', phone: 'нет' },
    [{ name: 'Н', email: 'нет', phone: 'нет' }],
    'create',
  ],
];

const inn = '7701234567';
const clients: [string, Client, Client[], string][] = [
  ['the INN', { name: 'А', inn }, [{ name: 'Б', inn }], 'link 1'],
  ['the INN, one KPP', { name: 'А', inn, kpp: '770101001' }, [{ name: 'Б', inn }], 'link 1'],
  [
    'the INN and the KPP among branches',
    { name: 'А', inn, kpp: '770101001' },
    [
      { inn, kpp: '780201001' },
      { inn, kpp: '770101001' },
    ],
    'link 2',
  ],
  ['the INN and another KPP', { name: 'А', inn, kpp: '770101001' }, [{ inn, kpp: '780201001' }], 'contradicts 1'],
  ['several with the INN', { name: 'А', inn }, [{ inn }, { inn }], 'several 1,2'],
  [
    'name and e-mail',
    { name: 'ООО «Ромашка»', email: 'o@r.example' },
    [{ name: 'Ромашка', email: 'o@r.example' }],
    'link 1',
  ],
  ['name and phone', { name: 'ООО «Ромашка»', phone }, [{ name: 'РОМАШКА ООО', phone }], 'link 1'],
  [
    'name, e-mail and another INN',
    { name: 'Р', email: 'o@r.example', inn },
    [{ name: 'Р', email: 'o@r.example', inn: '5001234567' }],
    'contradicts 1',
  ],
  [
    'name and phone and another e-mail',
    { name: 'Р', phone, email: 'o@r.example' },
    [{ name: 'Р', phone, email: 'x@r.example' }],
    'contradicts 1',
  ],
  [
    'the e-mail alone',
    { name: 'Ромашка', email: 'o@r.example' },
    [{ name: 'Василёк', email: 'o@r.example' }],
    'create',
  ],
  ['the name alone', { name: 'Ромашка' }, [{ name: 'Ромашка' }], 'create'],
  ['a legal form alone is no name', { name: 'ООО', phone }, [{ name: 'ООО', phone }], 'create'],
  ['what is no INN', { name: 'А', inn: 'нет' }, [{ name: 'Б', inn: 'нет' }], 'create'],
];

describe('which record of the portal is ours', () => {
  for (const [name, own, others, expected] of people)
    it(`user and contacts: ${name}`, () => expect(decided('user', own, others)).to.equal(expected));
  for (const [name, own, others, expected] of clients)
    it(`contract and companies: ${name}`, () => expect(decided('contract', own, others)).to.equal(expected));

  it('is asked about, or made anew, where the tenant says so', () => {
    const own = { name: 'Пётр', email: 'p@a.example' };
    const ask: KeyRule[] = [{ key: 'email', action: 'ask' }];
    expect(decided('user', own, [own], ask)).to.equal('uncertain 1');
    expect(decided('user', own, [own], [{ key: 'email', action: 'create' }])).to.equal('create');
    expect(decided('user', own, [own], [])).to.equal('create');
  });
});

describe('matching of many records at once', () => {
  const email = (name: string) => `${name}@mail.example`;
  const many = (locals: Person[], others: Person[]) =>
    decideMatches(
      defaultKeys.user,
      locals.map((own, index) => ({ localId: index + 1, identity: user(own) })),
      new Map(others.map((other, index) => [index + 1, remote('user', index + 1, other)])),
    );

  it('gives a shared e-mail’s contact to the user that agrees in more, and a new one to the other', () => {
    const shared = [
      { name: 'Пётр Сидоров', email: email('office') },
      { name: 'Анна Белова', email: email('office') },
    ];
    const decisions = many(shared, [{ name: 'Анна Белова', email: email('office') }]);
    expect(decisions.get(2)).to.include({ action: 'link', id: 1 });
    expect(decisions.get(1)).to.deep.equal({ action: 'create' });
  });

  it('asks no more once another user has all but one of the candidates', () => {
    const decisions = many(
      [
        { name: 'Олег', email: email('shared') },
        { name: 'Анна Белова', email: email('anna') },
      ],
      [
        { name: 'Кто-то', email: email('shared') },
        { name: 'Анна Белова', email: email('anna') },
      ],
    );
    expect([...decisions.values()].map(({ action }) => action)).to.deep.equal(['link', 'link']);
  });

  const few = (values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  const client = fc.record({
    name: fc.constantFrom('Ромашка', 'Василёк', 'Иван Петров', 'Анна Белова', ''),
    email: few(['a@a.example', 'b@b.example', 'c@c.example']),
    phone: few([phone, '+79161112233']),
    inn: few([inn, '5001234567']),
    kpp: few(['770101001', '780201001']),
  });
  const isDisjoint = (one: readonly string[], other: readonly string[]) =>
    one.length > 0 && other.length > 0 && !one.some((value) => other.includes(value));

  for (const entity of ['user', 'contract'] as const) {
    const ofLocal = entity === 'user' ? user : contract;
    const world = fc.record({ locals: fc.array(client, { maxLength: 6 }), others: fc.array(client, { maxLength: 6 }) });
    const play = (locals: readonly Client[], others: readonly Client[]) => {
      const own = locals.map((local, index): Unmatched => ({ localId: index + 1, identity: ofLocal(local as never) }));
      const remotes = new Map(others.map((other, index) => [index + 1, remote(entity, index + 1, other as never)]));
      return { own, remotes, decisions: decideMatches(defaultKeys[entity], own, remotes) };
    };

    it(`never links two of ours with one of the portal's (${entity})`, () => {
      fc.assert(
        fc.property(world, ({ locals, others }) => {
          const { decisions } = play(locals as Client[], others as Client[]);
          const linked = [...decisions.values()].flatMap((decision) =>
            decision.action === 'link' ? [decision.id] : [],
          );
          expect(new Set(linked).size).to.equal(linked.length);
          expect(decisions.size).to.equal(locals.length);
        }),
      );
    });

    it(`never links what contradicts (${entity})`, () => {
      fc.assert(
        fc.property(world, ({ locals, others }) => {
          const { own, remotes, decisions } = play(locals as Client[], others as Client[]);
          for (const { localId, identity } of own) {
            const decision = decisions.get(localId);
            if (decision?.action !== 'link') continue;
            const other = remotes.get(decision.id);
            const inns = (of: Identity | undefined) => (of?.requisites ?? []).map(({ inn: number }) => number);
            const byEmail = identity.emails.some((value) => other?.emails.includes(value));
            const byInn = inns(identity).some((value) => inns(other).includes(value));
            if (entity === 'user') expect(byEmail || !isDisjoint(identity.emails, other?.emails ?? [])).to.equal(true);
            else expect(byInn || !isDisjoint(inns(identity), inns(other))).to.equal(true);
          }
        }),
      );
    });

    it(`decides the same in whatever order the records come (${entity})`, () => {
      fc.assert(
        fc.property(world, ({ locals, others }) => {
          const { own, remotes, decisions } = play(locals as Client[], others as Client[]);
          const turned = decideMatches(defaultKeys[entity], [...own].reverse(), new Map([...remotes].reverse()));
          const sorted = (all: typeof decisions) => [...all].sort(([a], [b]) => a - b);
          expect(sorted(turned)).to.deep.equal(sorted(decisions));
        }),
      );
    });
  }
});
