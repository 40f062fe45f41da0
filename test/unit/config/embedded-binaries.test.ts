import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { reachable } from '../../../config/embedded-binaries.ts';

describe('the folder of the embedded PostgreSQL', () => {
  const serverUser = { uid: 65_534, gid: 65_534 };
  let closed: string;
  let asked: string;

  beforeEach(() => {
    // Open to its owner alone, as a home folder is.
    closed = mkdtempSync(path.join(os.tmpdir(), 'closed-'));
    asked = path.join(closed, 'data', 'postgres');
  });
  afterEach(() => rmSync(closed, { recursive: true, force: true }));

  it('is the one asked for when the server runs as ourselves', () => {
    expect(reachable(asked, undefined)).to.equal(asked);
  });

  it('is elsewhere, and stays there, when the server’s user cannot reach it', () => {
    const first = reachable(asked, serverUser);
    expect(path.dirname(first)).to.equal(os.tmpdir());
    expect(reachable(asked, serverUser)).to.equal(first);
  });

  it('is a new one when the data folder was deleted', () => {
    const first = reachable(asked, serverUser);
    rmSync(path.join(closed, 'data'), { recursive: true });
    expect(reachable(asked, serverUser)).not.to.equal(first);
  });
});
