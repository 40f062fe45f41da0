import { type RecordKind, RestError } from './types.ts';

export type RightAction = 'read' | 'add' | 'write' | 'delete' | 'import';

/** Something that users may not do. */
export interface DeniedRight {
  kind: RecordKind;
  action: RightAction;
  /** The records that are meant; absent: the whole kind. */
  ids?: readonly number[];
  /** Whom it is denied; absent: everybody, administrators and applications too. */
  user?: number;
}

/** One thing that somebody wants to do. */
export interface WantedRight {
  kind: RecordKind;
  action: RightAction;
  userId: number;
  /** Absent: the right to the kind as a whole. */
  id?: number;
}

/** What else is closed to a person who lacks the first right: a record that may not be read may not be changed either. */
const implied: Record<RightAction, readonly RightAction[]> = {
  read: ['read', 'write', 'delete'],
  add: ['add', 'import'],
  write: ['write'],
  delete: ['delete'],
  import: ['import'],
};

/**
 * Which kinds and which records users may not read or change. A webhook has its owner's rights, a token its user's
 * (local-integrations/local-webhooks.md, api-reference/crm/universal/crm-item-get.md and crm-item-fields.md, 2026-08).
 * What people do in the portal's pages is not looked at.
 */
export class Rights {
  #denied: DeniedRight[] = [];

  /** Takes a right away; returns what gives it back. */
  deny(right: DeniedRight): () => void {
    const own = { ...right };
    this.#denied.push(own);
    return () => {
      this.#denied = this.#denied.filter((candidate) => candidate !== own);
    };
  }

  /** Closes the whole CRM to a person; returns what opens it again. */
  closeCrm(user: number): () => void {
    const undo = (['deal', 'contact', 'company'] as const).map((kind) => this.deny({ kind, action: 'read', user }));
    return () => {
      for (const give of undo) give();
    };
  }

  /** Gives every right back. */
  clear(): void {
    this.#denied = [];
  }

  allows({ kind, action, userId, id }: WantedRight): boolean {
    return !this.#denied.some(
      (right) =>
        right.kind === kind &&
        implied[right.action].includes(action) &&
        (right.user === undefined || right.user === userId) &&
        (right.ids === undefined || (id !== undefined && right.ids.includes(id))),
    );
  }

  /** Throws the universal family's refusal, 400 `ACCESS_DENIED`. */
  check(wanted: WantedRight): void {
    if (!this.allows(wanted)) throw accessDenied(400);
  }

  /** Throws the frozen families' refusal: 400 with an empty code. */
  checkLegacy(wanted: WantedRight): void {
    if (!this.allows(wanted)) throw new RestError(400, '', 'Access denied.');
  }

  /** The records of a kind that a user may read. */
  readable<Item extends { id: number }>(items: Item[], kind: RecordKind, userId: number): Item[] {
    if (this.#denied.length === 0) return items;
    return items.filter(({ id }) => this.allows({ kind, action: 'read', userId, id }));
  }
}

/** The refusal for a missing right; the status differs from method to method. */
export function accessDenied(status: 400 | 403): RestError {
  return new RestError(status, 'ACCESS_DENIED', 'Access denied');
}
