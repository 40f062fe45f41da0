import { type AppRecord, type PlacementBinding, userRefusal } from './apps.ts';
import type { PortalSession } from './portal-session.ts';

export interface ShownPlacement {
  appId: number;
  bindingId: number;
  title: string;
}

export interface MenuItem {
  title: string;
  appId: number;
  /** Absent: the application's own page. */
  bindingId?: number;
}

/** What a person sees at one placement: handlers of installed applications that he may use. */
export function placementsShown(apps: readonly AppRecord[], code: string, session: PortalSession): ShownPlacement[] {
  return apps.flatMap((app) => {
    if (!app.isInstalled || userRefusal(app, session.userId)) return [];
    const bindings = app.placements.filter(
      ({ placement, userId }) => placement === code && (userId === 0 || userId === session.userId),
    );
    return bindings.map((binding) => ({
      appId: app.id,
      bindingId: binding.id,
      title: titleOf(binding, session.lang) || app.menuItem || app.clientId,
    }));
  });
}

/** The applications' part of the left menu. */
export function menuItems(apps: readonly AppRecord[], session: PortalSession): MenuItem[] {
  const own = apps.flatMap(({ id, menuItem }) => (menuItem === null ? [] : [{ title: menuItem, appId: id }]));
  return [...own, ...placementsShown(apps, 'LEFT_MENU', session)];
}

function titleOf({ title, langAll }: PlacementBinding, lang: string): string {
  const translated = langAll[lang] as { TITLE?: string } | undefined;
  return translated?.TITLE || title;
}
