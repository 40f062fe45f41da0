import type { AppRecord } from './apps.ts';
import type { PortalSwitches } from './switches.ts';

/**
 * How an installation is finished: `wizard` by the page behind the install URL, `callback` by the portal itself, which sends
 * ONAPPINSTALL to it, `immediate` without telling anybody, `never` when the app was to finish what it is never told of.
 */
export type InstallMode = 'wizard' | 'callback' | 'immediate' | 'never';

/**
 * The mode of an application's card. Two official pages contradict each other about the checkbox "completes itself" (local-apps/
 * installation-master.md and serverside-local-app-with-no-ui.md, 2026-09); `switches.completesItself` says which one is followed.
 */
export function installMode(app: AppRecord, switches: PortalSwitches): InstallMode {
  const hasPage = app.menuItem !== null;
  if (app.installUrl === null) return 'immediate';
  if (app.kind === 'market') return hasPage ? 'wizard' : 'callback';
  if (switches.completesItself === 'installationPage') {
    if (app.completesItself) return 'callback';
    return hasPage ? 'wizard' : 'never';
  }
  if (hasPage) return 'wizard';
  return app.completesItself ? 'never' : 'callback';
}
