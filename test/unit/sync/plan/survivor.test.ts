import { expect } from 'chai';
import { userMap } from '../../../../app/field-maps/users.ts';
import { type Candidate, survivorOf } from '../../../../app/sync/plan/survivor.ts';

const lost = { email: 'anna@mail.example', phone: '+74957654321', name: 'Анна Белова' };

function contact(
  id: number,
  { name = 'Анна', email, phone }: { name?: string; email?: string; phone?: string },
): Candidate {
  const multifields = [
    ...(email ? [{ id: id * 10, typeId: 'EMAIL' as const, valueType: 'WORK', value: email }] : []),
    ...(phone ? [{ id: id * 10 + 1, typeId: 'PHONE' as const, valueType: 'WORK', value: phone }] : []),
  ];
  const [NAME = '', LAST_NAME = ''] = name.split(' ');
  return { id, fields: { NAME, LAST_NAME }, multifields };
}

describe('who took a vanished record in', () => {
  const both = { email: 'Anna@Mail.example', phone: '8 495 765-43-21' };
  interface Case {
    name: string;
    given?: Partial<typeof lost> | { email: null };
    candidates?: Candidate[];
    companies?: number[];
    is: string;
  }
  const cases: Case[] = [
    { name: 'the one record that holds its e-mail and its phone', candidates: [contact(7, both)], is: 'certain 7' },
    {
      name: 'none, when no record has its e-mail: it was deleted',
      candidates: [contact(7, { phone: both.phone })],
      is: 'none',
    },
    { name: 'none, when there is no record at all', is: 'none' },
    {
      name: 'is not clear when two hold its addresses',
      candidates: [contact(7, both), contact(8, both)],
      is: 'unclear 7,8',
    },
    {
      name: 'is not clear when only a phone is shared and the names differ',
      given: { email: null },
      candidates: [contact(7, { name: 'Олег Старов', phone: both.phone })],
      is: 'unclear 7',
    },
    {
      name: 'the one with the same phone and name',
      given: { email: null },
      candidates: [contact(7, { name: 'Анна Белова', phone: both.phone })],
      is: 'certain 7',
    },
    {
      name: 'the company to which its deals went, whatever the addresses say',
      candidates: [contact(7, {}), contact(8, both)],
      companies: [7],
      is: 'certain 7',
    },
    {
      name: 'is not clear when its deals went to two',
      candidates: [contact(7, {}), contact(8, {})],
      companies: [7, 8],
      is: 'unclear 7,8',
    },
    {
      name: 'is not clear when some of its deals have no company now',
      candidates: [contact(7, {})],
      companies: [7, 0],
      is: 'unclear 7',
    },
    { name: 'none, when its deals have no company now', candidates: [contact(8, both)], companies: [0], is: 'none' },
  ];
  for (const { name, given = {}, candidates = [], companies = [], is } of cases) {
    it(name, () => {
      const found = survivorOf({ ...lost, ...given }, userMap, { companies: new Set(companies), candidates });
      const shown = found.is === 'certain' ? ` ${found.record.id}` : found.is === 'unclear' ? ` ${found.ids}` : '';
      expect(found.is + shown).to.equal(is);
    });
  }
});
