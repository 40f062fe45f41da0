import { expect } from 'chai';
import { canonicalPhone } from '../../../app/field-maps/canonical.ts';
import { countryOf } from '../../../app/sync/load/read-field-map.ts';

const numbers: [country: 'RU' | 'BY' | 'KZ' | 'UZ' | 'UA', typed: string, sent: string][] = [
  ['RU', '8 (912) 345-67-89', '+79123456789'],
  ['RU', '912 345 67 89', '+79123456789'],
  ['RU', '8 800 555-35-35 доб. 12', '+78005553535 доб. 12'],
  ['RU', '+375 29 123-45-67', '+375291234567'],
  ['RU', '8 (029) 123-45-67', '8 (029) 123-45-67'],
  ['RU', '050 123 45 67', '050 123 45 67'],
  ['BY', '8 (029) 123-45-67', '+375291234567'],
  ['BY', '80291234567', '+375291234567'],
  ['BY', '+7 912 345-67-89', '+79123456789'],
  ['KZ', '8 (701) 123-45-67', '+77011234567'],
  ['UZ', '90 123 45 67', '+998901234567'],
  ['UA', '050 123 45 67', '+380501234567'],
  ['UA', '8 (912) 345-67-89', '8 (912) 345-67-89'],
  ['RU', '112', '112'],
  ['RU', 'нет', 'нет'],
  ['RU', '1234567890123456789', '1234567890123456789'],
  ['RU', '8 912 345-67-89, 8 912 345-67-90', '8 912 345-67-89, 8 912 345-67-90'],
];

describe('a phone number', () => {
  for (const [country, typed, sent] of numbers) {
    it(`in ${country}, typed as «${typed}», is ${typed === sent ? 'sent as it was typed' : `sent as ${sent}`}`, () => {
      expect(canonicalPhone(typed, country)).to.equal(sent);
    });
  }
});

const hosts: [host: string, country: string][] = [
  ['romashka.bitrix24.ru', 'RU'],
  ['romashka.bitrix24.by', 'BY'],
  ['romashka.bitrix24.kz:443', 'KZ'],
  ['romashka.bitrix24.ua', 'UA'],
  ['romashka.bitrix24.com.br', 'BR'],
  ['romashka.bitrix24.com', 'RU'],
  ['romashka.bitrix24.eu', 'RU'],
  ['crm.romashka.by', 'RU'],
];

describe('the country of a portal', () => {
  for (const [host, country] of hosts) it(`${host}: ${country}`, () => expect(countryOf(host)).to.equal(country));
});
