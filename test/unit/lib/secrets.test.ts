import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { equalInConstantTime, makeSecrets } from '../../../app/lib/secrets.ts';

const [k1, k2] = ['k1', 'k2'].map((id) => ({ id, key: randomBytes(32) })) as [
  { id: string; key: Buffer },
  { id: string; key: Buffer },
];
const place = 'companies.bitrix24_webhook_url:7';

describe('makeSecrets', () => {
  const secrets = makeSecrets([k1]);

  it('gives back what was encrypted, and never writes it twice the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
        const stored = secrets.encrypt(plain, place);
        expect(stored).to.match(/^v1\.k1\.[\w-]{16}\.[\w-]{22}\.[\w-]*$/);
        expect(stored).not.to.equal(secrets.encrypt(plain, place));
        expect(secrets.decrypt(stored, place)).to.equal(plain);
      }),
    );
  });

  it('refuses a value that was moved to another row or column', () => {
    const stored = secrets.encrypt('secret', place);
    for (const other of ['companies.bitrix24_webhook_url:8', 'companies.bitrix24_client_secret:7', '']) {
      expect(() => secrets.decrypt(stored, other)).to.throw();
    }
  });

  it('refuses a value of which any part was changed', () => {
    const parts = secrets.encrypt('secret', place).split('.');
    for (const index of [2, 3, 4]) {
      const changed = [...parts];
      const bytes = Buffer.from(parts[index] ?? '', 'base64url');
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      changed[index] = bytes.toString('base64url');
      expect(() => secrets.decrypt(changed.join('.'), place), `part ${index}`).to.throw();
    }
  });

  it('refuses a shortened tag, which would be easy to forge', () => {
    const parts = secrets.encrypt('secret', place).split('.');
    for (const length of [4, 8, 12, 15]) {
      const tag = Buffer.from(parts[3] ?? '', 'base64url')
        .subarray(0, length)
        .toString('base64url');
      expect(() => secrets.decrypt([...parts.slice(0, 3), tag, parts[4]].join('.'), place), `${length}`).to.throw();
    }
  });

  for (const stored of ['', 'secret', 'v2.k1.a.b.c', 'v1.k1.a.b', 'https://portal.example/rest/1/abcd/']) {
    it(`does not take ${JSON.stringify(stored)} for an encrypted value`, () => {
      expect(() => secrets.decrypt(stored, place)).to.throw('Not an encrypted value');
    });
  }

  it('encrypts with the first key and reads with every one, so that keys can be exchanged', () => {
    const old = secrets.encrypt('secret', place);
    const rotating = makeSecrets([k2, k1]);
    expect(rotating.decrypt(old, place)).to.equal('secret');
    const renewed = rotating.encrypt('secret', place);
    expect(renewed).to.match(/^v1\.k2\./);
    expect(makeSecrets([k2]).decrypt(renewed, place)).to.equal('secret');
    expect(() => makeSecrets([k2]).decrypt(old, place)).to.throw('"k1" is not in ENCRYPTION_KEYS');
  });

  it('needs a key', () => expect(() => makeSecrets([])).to.throw('At least one'));

  it('has the same digest whatever the keys', () => {
    expect(secrets.digest('token'))
      .to.equal(makeSecrets([k2]).digest('token'))
      .and.to.match(/^[0-9a-f]{64}$/);
    expect(secrets.digest('token')).not.to.equal(secrets.digest('token '));
  });
});

describe('equalInConstantTime', () => {
  it('is equality, of texts of any length', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(equalInConstantTime(a, b)).to.equal(a === b);
        expect(equalInConstantTime(a, `${a}`)).to.equal(true);
      }),
    );
  });
});
