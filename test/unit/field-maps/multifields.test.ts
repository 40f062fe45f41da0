import { expect } from 'chai';
import type { Multifield } from '../../../app/field-maps/types.ts';
import { userMap } from '../../../app/field-maps/users.ts';
import { SimulatedPair } from './simulated-pair.ts';

const user = { name: 'Иван', role: 'user', email: 'ivan@mail.example' };
const email = (value: string): Multifield => ({ typeId: 'EMAIL', valueType: 'WORK', value });

function pairWithDirector(): SimulatedPair {
  const pair = new SimulatedPair(userMap, user);
  pair.editMultifields((values) => [...values, email('director@mail.example')]);
  pair.passesUntilQuiet();
  return pair;
}

function emailsOf(pair: SimulatedPair): string[] {
  return pair.remote.multifields.map(({ value }) => value);
}

describe("a contact with our e-mail and another person's", () => {
  it('ours is cleared: the other one stays, and does not come here', () => {
    const pair = pairWithDirector();
    pair.editLocal({ email: null });
    pair.passesUntilQuiet();
    expect(emailsOf(pair)).to.deep.equal(['director@mail.example']);
    expect(pair.local.email).to.equal(null);
  });

  it('ours is cleared and set anew: ours is added, the other one stays', () => {
    const pair = pairWithDirector();
    for (const value of [null, 'petr@mail.example', null, 'anna@mail.example', 'olga@mail.example']) {
      pair.editLocal({ email: value });
      pair.passesUntilQuiet();
    }
    expect(emailsOf(pair)).to.deep.equal(['director@mail.example', 'olga@mail.example']);
  });

  it('ours is changed by a manager: it comes here, and is ours still', () => {
    const pair = pairWithDirector();
    pair.editMultifields((values) =>
      values.map((item) => (item.value === user.email ? { ...item, value: 'new@mail.example' } : item)),
    );
    pair.passesUntilQuiet();
    expect(pair.local.email).to.equal('new@mail.example');
    pair.editLocal({ email: 'later@mail.example' });
    pair.passesUntilQuiet();
    expect(emailsOf(pair)).to.deep.equal(['later@mail.example', 'director@mail.example']);
  });

  it('a value that a manager enters where ours is empty comes here, and is never taken away again', () => {
    const pair = new SimulatedPair(userMap, { ...user, email: null });
    pair.editMultifields(() => [email('typed@mail.example')]);
    pair.passesUntilQuiet();
    expect(pair.local.email).to.equal('typed@mail.example');
    pair.editLocal({ email: 'ours@mail.example' });
    pair.passesUntilQuiet();
    expect(emailsOf(pair)).to.deep.equal(['typed@mail.example', 'ours@mail.example']);
    pair.editLocal({ email: null });
    pair.passesUntilQuiet();
    expect(emailsOf(pair)).to.deep.equal(['typed@mail.example']);
    expect(pair.pass()).to.deep.equal([]);
  });
});
