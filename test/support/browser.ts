import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
const system = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

export interface BrowserOptions {
  /** Certificates (PEM) of authorities whose servers the browser believes, besides those that everybody trusts. */
  trust?: readonly string[];
}

/** Starts a Chromium: the one that `CHROME` names, the system's, or the one that npm brought. */
export async function launchBrowser({ trust = [] }: BrowserOptions = {}): Promise<Browser> {
  // Chromium takes an authority from a command line only as the digest of its key; every other certificate is checked as ever.
  const args = trust.length === 0 ? flags : [...flags, `--ignore-certificate-errors-spki-list=${trust.map(keyDigest)}`];
  const chosen = [process.env.CHROME, ...system].find((file) => file && existsSync(file));
  if (chosen) return chromium.launch({ executablePath: chosen, args });
  const folder = await unpack();
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: path.join(folder, 'al2023', 'lib'),
    FONTCONFIG_PATH: path.join(folder, 'fonts'),
  };
  return chromium.launch({
    executablePath: path.join(folder, 'chromium'),
    args,
    env: env as Record<string, string>,
  });
}

function keyDigest(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

/** Unpacks the browser once, beside its place, and moves it there: of several processes that do so at once, one wins. */
async function unpack(): Promise<string> {
  const folder = path.join(cache, 'chromium-147.0.0');
  if (!existsSync(path.join(folder, '.ready'))) {
    const fresh = `${folder}.${process.pid}`;
    mkdirSync(fresh, { recursive: true });
    await unpackInto(fresh);
    writeFileSync(path.join(fresh, '.ready'), '');
    try {
      renameSync(fresh, folder);
    } catch {
      rmSync(fresh, { recursive: true });
    }
  }
  // Its own list of font folders names only the default temporary folder.
  const fonts = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`;
  writeFileSync(path.join(folder, 'fonts', 'fonts.conf'), fonts);
  return folder;
}

// The package unpacks where TMPDIR points, brings its libraries only when it believes to be in a Lambda, and leaves its traces in the
// environment, which are taken back.
async function unpackInto(folder: string): Promise<void> {
  const before = { ...process.env };
  process.env.TMPDIR = folder;
  process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs20.x';
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    await packed.executablePath();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
