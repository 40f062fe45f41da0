import type { PortalUser, Users } from './users.ts';

/** Who is logged in in the browser that opens the portal's pages, and in which language. One for all browsers. */
export interface PortalSession {
  userId: number;
  lang: string;
}

/** What the page's header shows. */
export function describeSession(session: PortalSession, users: Users) {
  const shown = ({ id, name, lastName }: PortalUser) => ({
    id,
    name: `${name} ${lastName}`,
    isAdmin: users.isAdmin(id),
  });
  const people = users.list().filter((user) => user.isActive);
  return { ...session, isAdmin: users.isAdmin(session.userId), users: people.map(shown) };
}

/** Throws when the person is not an administrator. */
export function requireAdmin(session: PortalSession, users: Users): void {
  if (!users.isAdmin(session.userId)) throw new Error('Раздел доступен администраторам портала');
}
