import { expect } from 'chai';
import fc from 'fast-check';
import { parseHostList } from '../../../app/lib/host-list.ts';
import { hostList } from '../../support/host-list.ts';

const toText = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
const anyV4 = fc.nat(0xffffffff);
const anyV6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
const toGroups = (value: bigint) =>
  Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(':');

describe('a list of private hosts', () => {
  it('a network of IPv4 holds the addresses that begin as it does, and no other', () => {
    fc.assert(
      fc.property(anyV4, fc.integer({ min: 0, max: 32 }), anyV4, (network, bits, address) => {
        const mask = bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0;
        const list = hostList(`b24.company.local, ${toText(network)}/${bits}`);
        const inside = (((network & mask) | (address & ~mask)) >>> 0) as number;
        expect(list.hasAddress(toText(inside))).to.equal(true);
        expect(list.hasAddress(`::ffff:${toText(inside)}`)).to.equal(true);
        expect(list.hasAddress(toText(address))).to.equal((address & mask) === (network & mask));
        expect(list.hasHost(toText(address))).to.equal((address & mask) === (network & mask));
      }),
    );
  });

  it('a network of IPv6 holds the addresses that begin as it does, and none of IPv4', () => {
    fc.assert(
      fc.property(anyV6, fc.integer({ min: 33, max: 128 }), anyV6, anyV4, (network, bits, address, v4) => {
        // Addresses of this form are IPv4.
        fc.pre(network >> 32n !== 0xffffn);
        const rest = 128n - BigInt(bits);
        const list = hostList(`${toGroups(network)}/${bits}`);
        expect(list.hasAddress(toGroups(((network >> rest) << rest) | (address & ((1n << rest) - 1n))))).to.equal(true);
        expect(list.hasAddress(toGroups(address))).to.equal(address >> rest === network >> rest);
        expect(list.hasAddress(toText(v4))).to.equal(false);
      }),
    );
  });

  it('names are those listed, and all below a star', () => {
    const list = hostList('b24.company.local *.firm.example,10.1.0.0/16');
    for (const host of [
      'b24.company.local',
      'B24.Company.Local',
      'a.firm.example',
      'a.b.firm.example',
      '10.1.255.255',
    ]) {
      expect(list.hasHost(host), host).to.equal(true);
    }
    for (const host of [
      'company.local',
      'x.b24.company.local',
      'firm.example',
      'evilfirm.example',
      '10.2.0.0',
      'local',
    ]) {
      expect(list.hasHost(host), host).to.equal(false);
    }
  });

  const unread = [
    'yes',
    '',
    ' , ',
    '10.1.0.0/33',
    '10.1.0',
    '10.1.0.0/',
    '10.1.0.0/16/8',
    'fd00::/129',
    'https://b24.local',
  ];
  for (const text of [...unread, 'b24.local:443', '*', '*.*.local', 'a..b', '-a.local', 'b24.local/rest']) {
    it(`refuses «${text}»`, () => expect(parseHostList(text)).to.have.property('wrong'));
  }

  it('tells which parts it cannot read', () => {
    expect(parseHostList('10.0.0.0/8, yes, *.local, 1.2.3')).to.deep.equal({ wrong: ['yes', '1.2.3'] });
  });
});

describe('NO_PROXY', () => {
  const cases: [list: string, host: string, port: number, isDirect: boolean][] = [
    ['*', 'portal.bitrix24.ru', 443, true],
    ['company.local', 'company.local', 443, true],
    ['company.local', 'b24.company.local', 443, true],
    ['.company.local', 'b24.company.local', 443, true],
    ['*.company.local', 'b24.company.local', 443, true],
    ['*.company.local', 'company.local', 443, false],
    ['company.local', 'mycompany.local', 443, false],
    ['localhost,127.0.0.1', '127.0.0.1', 443, true],
    ['10.0.0.0/8', '10.20.30.40', 443, true],
    ['10.0.0.0/8', '11.20.30.40', 443, false],
    ['b24.local:8443', 'b24.local', 8443, true],
    ['b24.local:8443', 'b24.local', 443, false],
  ];
  for (const [list, host, port, isDirect] of cases) {
    it(`${list}: ${host}:${port} is called ${isDirect ? 'directly' : 'through the proxy'}`, () => {
      expect(hostList(list, { forProxy: true }).hasHost(host, port)).to.equal(isDirect);
    });
  }
});
