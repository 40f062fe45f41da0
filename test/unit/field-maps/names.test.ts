import { expect } from 'chai';
import { userMap } from '../../../app/field-maps/users.ts';
import { SimulatedPair } from './simulated-pair.ts';

interface Case {
  title: string;
  user: string;
  /** NAME, SECOND_NAME, LAST_NAME as a manager leaves them; absent: as we wrote them. */
  sorted?: [string, string, string];
  /** The user's name when it changes afterwards. */
  renamed?: string;
  expect: { user: string; contact: [string, string, string] };
}

const cases: Case[] = [
  {
    title: 'a new contact gets the first word as its name and the rest as its last name',
    user: 'Иванов Иван Иванович',
    expect: { user: 'Иванов Иван Иванович', contact: ['Иванов', '', 'Иван Иванович'] },
  },
  {
    title: 'a contact sorted into its three fields changes nothing here',
    user: 'Петров Пётр Петрович',
    sorted: ['Пётр', 'Петрович', 'Петров'],
    expect: { user: 'Петров Пётр Петрович', contact: ['Пётр', 'Петрович', 'Петров'] },
  },
  {
    title: 'another last name here goes where the last name was sorted to',
    user: 'Иванов Иван Иванович',
    sorted: ['Иван', 'Иванович', 'Иванов'],
    renamed: 'Сидоров Иван Иванович',
    expect: { user: 'Сидоров Иван Иванович', contact: ['Иван', 'Иванович', 'Сидоров'] },
  },
  {
    title: 'the same in the other order of words',
    user: 'Иван Иванович Иванов',
    sorted: ['Иван', 'Иванович', 'Иванов'],
    renamed: 'Иван Иванович Сидоров',
    expect: { user: 'Иван Иванович Сидоров', contact: ['Иван', 'Иванович', 'Сидоров'] },
  },
  {
    title: 'only the order of words changes here: the contact stays sorted',
    user: 'Иванов Иван Иванович',
    sorted: ['Иван', 'Иванович', 'Иванов'],
    renamed: 'Иван Иванович Иванов',
    expect: { user: 'Иван Иванович Иванов', contact: ['Иван', 'Иванович', 'Иванов'] },
  },
  {
    title: 'a second name that a manager adds comes here, in the order of words that the user has',
    user: 'Иванов Иван',
    sorted: ['Иван', 'Иванович', 'Иванов'],
    expect: { user: 'Иванов Иван Иванович', contact: ['Иван', 'Иванович', 'Иванов'] },
  },
  {
    title: 'and between the two words of a user who has the first name first',
    user: 'Иван Иванов',
    sorted: ['Иван', 'Иванович', 'Иванов'],
    expect: { user: 'Иван Иванович Иванов', contact: ['Иван', 'Иванович', 'Иванов'] },
  },
  {
    title: 'a second name that is left out here is emptied there',
    user: 'Иван Иванович Иванов',
    sorted: ['Иван', 'Иванович', 'Иванов'],
    renamed: 'Иван Иванов',
    expect: { user: 'Иван Иванов', contact: ['Иван', '', 'Иванов'] },
  },
  {
    title: 'another first name there comes here at its place',
    user: 'Иванов Иван Иванович',
    sorted: ['Пётр', 'Иванович', 'Иванов'],
    expect: { user: 'Иванов Пётр Иванович', contact: ['Пётр', 'Иванович', 'Иванов'] },
  },
  {
    title: 'one word stays one word',
    user: 'Диспетчер',
    renamed: 'Дежурный',
    expect: { user: 'Дежурный', contact: ['Дежурный', '', ''] },
  },
  {
    title: 'four words, sorted by a manager',
    user: 'Мамедов Али Гасан оглы',
    sorted: ['Али', 'Гасан оглы', 'Мамедов'],
    renamed: 'Мамедов Вели Гасан оглы',
    expect: { user: 'Мамедов Вели Гасан оглы', contact: ['Вели', 'Гасан оглы', 'Мамедов'] },
  },
];

describe("a user's name and the three names of a contact", () => {
  for (const { title, user, sorted, renamed, expect: expected } of cases) {
    it(title, () => {
      const pair = new SimulatedPair(userMap, { name: user, role: 'user' });
      if (sorted) {
        const [NAME, SECOND_NAME, LAST_NAME] = sorted;
        pair.editRemote({ NAME, SECOND_NAME, LAST_NAME });
        pair.passesUntilQuiet();
      }
      if (renamed) {
        pair.editLocal({ name: renamed });
        pair.passesUntilQuiet();
      }
      const { NAME, SECOND_NAME, LAST_NAME } = pair.remote.fields;
      expect({
        user: pair.local.name,
        contact: [NAME, SECOND_NAME, LAST_NAME].map((part) => part || ''),
      }).to.deep.equal(expected);
      expect(pair.conflicts).to.deep.equal([]);
    });
  }
});
