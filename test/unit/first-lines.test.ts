import { expect } from 'chai';
import { firstLines } from '../../app/first-lines.ts';

const situation = { port: 8080, publicUrl: undefined, companies: 1, connections: 1 };
const linesOf = (changes: object) => firstLines({ ...situation, ...changes });

describe('the first lines of a started server', () => {
  it('name the address: the public one, or that on this machine', () => {
    expect(linesOf({})[0]).to.include('http://localhost:8080/');
    expect(linesOf({ publicUrl: 'https://axenta.example.ru' })[0]).to.include('https://axenta.example.ru');
  });

  const reach: [publicUrl: string | undefined, says: string][] = [
    [undefined, 'set PUBLIC_URL'],
    ['http://axenta.example.ru', 'https only'],
    ['https://localhost', 'does not reach localhost'],
    ['https://axenta', 'does not reach axenta'],
    ['https://axenta.local', 'does not reach axenta.local'],
    ['https://crm.office.internal:8443', 'does not reach crm.office.internal'],
    ['https://10.0.0.5', 'does not reach 10.0.0.5'],
    ['https://[::1]', 'does not reach [::1]'],
    ['https://axenta.example.ru', 'Bitrix24 calls https://axenta.example.ru.'],
    ['https://8.8.8.8:8443', 'Bitrix24 calls https://8.8.8.8:8443.'],
  ];
  for (const [publicUrl, says] of reach) {
    it(`say of PUBLIC_URL ${publicUrl ?? 'unset'}: ${says}`, () => expect(linesOf({ publicUrl })[1]).to.include(says));
  }

  const next: [title: string, changes: object, says: string][] = [
    ['a company', { companies: 0, connections: 0 }, 'npm run company'],
    ['a portal', { connections: 0 }, 'connect a portal'],
    ['nothing more', {}, 'Connected companies: 1'],
  ];
  for (const [title, changes, says] of next) {
    it(`say what is next: ${title}`, () => expect(linesOf(changes)[2]).to.include(says));
  }
});
