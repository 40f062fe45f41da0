import { type MethodTable, RestError } from './types.ts';
import type { Users } from './users.ts';

/** A notice under a person's bell. */
export interface PortalNotice {
  id: number;
  userId: number;
  text: string;
  tag: string;
}

/** Notices of applications and webhooks (api-reference/chats/notifications/im-notify-system-add.md, 2026-08). */
export class Notices {
  #all: PortalNotice[] = [];
  #nextId = 12_345;

  /** What a person sees, the oldest first. */
  of(userId: number): PortalNotice[] {
    return this.#all.filter((notice) => notice.userId === userId);
  }

  clear(): void {
    this.#all = [];
  }

  methods(users: Users): MethodTable {
    return {
      'im.notify.system.add': {
        scope: 'im',
        write: true,
        run: (params, { caller }) => {
          const userId = Number(params.USER_ID ?? 0);
          const text = String(params.MESSAGE ?? '').trim();
          // A webhook's tag counts with CLIENT_ID alone.
          const tag = caller.app || params.CLIENT_ID ? String(params.TAG ?? '') : '';
          if (!(userId > 0)) throw new RestError(400, 'USER_ID_EMPTY', "User ID can't be empty");
          if (text === '') throw new RestError(400, 'MESSAGE_EMPTY', "Message can't be empty");
          if (!users.list().some(({ id, isActive }) => id === userId && isActive)) return { result: false };
          const id = this.#nextId++;
          this.#all = this.#all.filter((notice) => tag === '' || notice.userId !== userId || notice.tag !== tag);
          this.#all.push({ id, userId, text, tag });
          return { result: id };
        },
      },
    };
  }
}
