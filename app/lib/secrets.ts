import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface EncryptionKey {
  /** Short name stored beside each value, so that keys can rotate. */
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

/** Encrypts secrets for storage and reads them back. The first key encrypts, every key decrypts. */
export interface Secrets {
  /** Id of the key that encrypts. */
  readonly currentKeyId: string;
  encrypt(plain: string, place: string): string;
  decrypt(stored: string, place: string): string;
  /** Digest for looking up a long random token without storing it; the same whatever the encryption keys. */
  digest(plain: string): string;
}

/**
 * Makes the keeper of secrets: AES-256-GCM, stored as `v1.<key id>.<iv>.<tag>.<data>` in base64url.
 * `place` (for example `companies.bitrix24_webhook_url:7`) is authenticated with the value, so a value that is moved to
 * another row or column does not decrypt. Throws when the key id is unknown or the value was changed.
 */
export function makeSecrets(keys: readonly EncryptionKey[]): Secrets {
  const [first] = keys;
  if (!first) throw new Error('At least one encryption key is needed');
  const byId = new Map(keys.map((key) => [key.id, key.key]));
  return {
    currentKeyId: first.id,
    encrypt(plain, place) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', first.key, iv).setAAD(Buffer.from(place));
      const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return ['v1', first.id, ...[iv, cipher.getAuthTag(), data].map((part) => part.toString('base64url'))].join('.');
    },
    decrypt(stored, place) {
      const [version, keyId = '', ...parts] = stored.split('.');
      const key = byId.get(keyId);
      if (version !== 'v1' || parts.length !== 3) throw new Error('Not an encrypted value');
      if (!key) throw new Error(`Encryption key "${keyId}" is not in ENCRYPTION_KEYS`);
      const [iv, tag, data] = parts.map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer, Buffer];
      // authTagLength: without it node accepts truncated tags, which are easy to forge.
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
      decipher.setAAD(Buffer.from(place)).setAuthTag(tag);
      return Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8');
    },
    digest: (plain) => createHash('sha256').update(plain, 'utf8').digest('hex'),
  };
}

/** Compares two strings in a time that does not depend on where they differ, nor on their lengths. */
export function equalInConstantTime(a: string, b: string): boolean {
  const key = randomBytes(32);
  const [left, right] = [a, b].map((value) => createHmac('sha256', key).update(value).digest()) as [Buffer, Buffer];
  return timingSafeEqual(left, right);
}
