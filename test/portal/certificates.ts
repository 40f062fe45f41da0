import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generate } from 'selfsigned';

export interface Certificates {
  key: string;
  cert: string;
  caPem: string;
  /** The authority's certificate as a file, for `NODE_EXTRA_CA_CERTS`. */
  caFile: string;
}

const strong = { algorithm: 'sha256', keyType: 'ec', curve: 'P-256' } as const;

/** Makes an authority and a certificate for 127.0.0.1 and localhost, once per folder. Nobody's verification is switched off. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const file = (name: string) => path.join(folder, name);
  if (!existsSync(file('portal.key'))) {
    mkdirSync(folder, { recursive: true });
    const notAfterDate = new Date(Date.now() + 3650 * 86_400_000);
    const authority = await generate([{ name: 'commonName', value: 'Simulated portal authority' }], {
      ...strong,
      notAfterDate,
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
      ...strong,
      notAfterDate,
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    });
    writeFileSync(file('ca.pem'), authority.cert);
    writeFileSync(file('portal.pem'), leaf.cert);
    writeFileSync(file('portal.key'), leaf.private, { mode: 0o600 });
  }
  const read = (name: string) => readFileSync(file(name), 'utf8');
  return { key: read('portal.key'), cert: read('portal.pem'), caPem: read('ca.pem'), caFile: file('ca.pem') };
}
