import { type InjectionKey, inject } from 'vue';
import type { Api } from '../api/client.ts';
import type { PortalFrame } from '../frame/portal-frame.ts';
import type { Session } from '../session/session.ts';

/** What every part of an opened page works with. */
export interface PageContext {
  api: Api;
  session: Session;
  /** Null in a browser of its own, without a portal around. */
  frame: PortalFrame | null;
}

export const pageContextKey: InjectionKey<PageContext> = Symbol('page context');

/** The context of the page around; only inside an opened page. */
export function usePageContext(): PageContext {
  const context = inject(pageContextKey);
  if (!context) throw new Error('No page context: the component is outside PageGate');
  return context;
}

export interface Rights {
  isAdmin: boolean;
  /** Sees all records, conflicts and errors; otherwise the open card alone. */
  seesLists: boolean;
  mayEdit: boolean;
  maySync: boolean;
}

/** What the viewer is offered. The server decides anew at every call. */
export function useRights(): Rights {
  const { role, sees, mayEdit } = usePageContext().session;
  return {
    isAdmin: role === 'admin' && sees === 'all',
    seesLists: sees !== 'cards',
    mayEdit,
    maySync: role !== 'viewer',
  };
}
