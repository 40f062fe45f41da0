import { RestError } from './types.ts';

export interface PortalUser {
  id: number;
  name: string;
  lastName: string;
  email: string;
  isAdmin: boolean;
  isActive: boolean;
  /** A guest: the CRM is closed to them. */
  isExtranet?: boolean;
}

/** The invisible person that Bitrix24 makes for an application's background work (settings/system-user.md, 2026-09). */
export const systemUserId = 512;

const staff: readonly Omit<PortalUser, 'isActive'>[] = [
  { id: 1, name: 'Анна', lastName: 'Серова', email: 'admin@portal.example', isAdmin: true },
  { id: 2, name: 'Пётр', lastName: 'Гусев', email: 'second-admin@portal.example', isAdmin: true },
  { id: 7, name: 'Ирина', lastName: 'Лисина', email: 'manager@portal.example', isAdmin: false },
  { id: 9, name: 'Олег', lastName: 'Котов', email: 'employee@portal.example', isAdmin: false },
];

/** The people of a portal: two administrators (1, 2), a manager (7), an employee (9). */
export class Users {
  readonly #users = new Map<number, PortalUser>(staff.map((user) => [user.id, { ...user, isActive: true }]));

  /** Everybody whom people see. */
  list(): PortalUser[] {
    return [...this.#users.values()].filter((user) => user.id !== systemUserId);
  }

  /** Throws when there is no such person. */
  get(id: number): PortalUser {
    const user = this.#users.get(id);
    if (!user) throw new Error(`There is no user ${id}`);
    return user;
  }

  isAdmin(id: number): boolean {
    const user = this.#users.get(id);
    return user?.isAdmin === true && user.isActive;
  }

  isDismissed(id: number): boolean {
    return this.#users.get(id)?.isActive !== true;
  }

  /** Dismisses somebody: what acts for him is refused from now on. */
  fire(id: number): void {
    this.get(id).isActive = false;
  }

  /** Makes the system user, or lets him work again. */
  wakeSystemUser(): void {
    const name = { name: 'REST', lastName: 'System', email: '' };
    this.#users.set(systemUserId, { id: systemUserId, ...name, isAdmin: true, isActive: true });
  }

  /** Takes somebody on; returns the number. */
  hire(user: Pick<PortalUser, 'name' | 'lastName' | 'email'>): number {
    const id = Math.max(...this.list().map((one) => one.id)) + 1;
    this.#users.set(id, { ...user, id, isAdmin: false, isActive: true });
    return id;
  }

  rehire(id: number): void {
    this.get(id).isActive = true;
  }

  /** Makes an employee a guest of the portal, or takes the guest in. */
  setExtranet(id: number, isExtranet: boolean): void {
    this.get(id).isExtranet = isExtranet;
  }

  isExtranet(id: number): boolean {
    return this.#users.get(id)?.isExtranet === true;
  }

  setAdmin(id: number, isAdmin: boolean): void {
    this.get(id).isAdmin = isAdmin;
  }

  /** Throws `authorization_error` for a person who may not log in any more. */
  authorize(id: number): void {
    if (this.isDismissed(id)) throw new RestError(401, 'authorization_error', 'Unable to authorize user');
  }

  snapshot(): PortalUser[] {
    return [...this.#users.values()];
  }

  load(users: readonly PortalUser[]): void {
    for (const user of users) this.#users.set(user.id, { ...user });
  }
}
