import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PortalApps } from './portal-apps.ts';
import type { Store, StoreEntry } from './store.ts';
import type { Users } from './users.ts';

/** What outlives the portal's process. */
export interface KeptParts {
  store: Store;
  users: Users;
  apps: PortalApps;
}

/**
 * Keeps a portal between starts: a snapshot, and a line for each record changed since. A line is written before the portal answers, so a portal
 * that is killed forgets nothing that it has told anybody.
 */
export class StateFile {
  readonly #snapshot: string;
  readonly #changes: string;
  readonly #parts: KeptParts;

  constructor(file: string, parts: KeptParts) {
    this.#snapshot = file;
    this.#changes = `${file}.changes`;
    this.#parts = parts;
  }

  /** Throws a sentence for people when the files are of another version of this portal. */
  load(): void {
    try {
      this.#read();
    } catch (cause) {
      throw new Error(
        `Данные портала другой версии, удалите их / the portal's data is of another version, delete it: ${path.dirname(this.#snapshot)}`,
        { cause },
      );
    }
    this.save();
  }

  #read(): void {
    const { store, users, apps } = this.#parts;
    mkdirSync(path.dirname(this.#snapshot), { recursive: true });
    if (existsSync(this.#snapshot)) {
      const saved = JSON.parse(readFileSync(this.#snapshot, 'utf8'));
      store.load(saved);
      if (saved.users) users.load(saved.users);
      if (saved.apps) apps.load(saved.apps);
    }
    if (existsSync(this.#changes)) {
      const lines = readFileSync(this.#changes, 'utf8').split('\n');
      // What follows the last line end was cut off while it was written: nobody was told of it.
      for (const line of lines.slice(0, -1)) store.replay(JSON.parse(line));
    }
  }

  append(entry: StoreEntry): void {
    appendFileSync(this.#changes, `${JSON.stringify(entry)}\n`);
  }

  /** Killed between the two steps: the lines are whole records, so reading them again over the new snapshot changes nothing. */
  save(): void {
    const { store, users, apps } = this.#parts;
    const snapshot = { ...store.snapshot(), users: users.snapshot(), apps: apps.snapshot() };
    writeFileSync(`${this.#snapshot}.new`, JSON.stringify(snapshot));
    renameSync(`${this.#snapshot}.new`, this.#snapshot);
    rmSync(this.#changes, { force: true });
  }
}
