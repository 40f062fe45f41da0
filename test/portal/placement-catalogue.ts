const crmKinds = ['LEAD', 'DEAL', 'CONTACT', 'COMPANY', 'QUOTE', 'SMART_INVOICE'];

/** Placement codes by the scope that they need beside `placement` (api-reference/widgets/placements.md, 2026-08). */
const byScope: Record<string, readonly string[]> = {
  placement: ['LEFT_MENU', 'REST_APP_URI', 'PAGE_BACKGROUND_WORKER'],
  crm: [
    ...crmKinds.flatMap((kind) =>
      ['DETAIL_TAB', 'DETAIL_TOOLBAR', 'DETAIL_ACTIVITY', 'LIST_MENU', 'LIST_TOOLBAR', 'ACTIVITY_TIMELINE_MENU'].map(
        (place) => `CRM_${kind}_${place}`,
      ),
    ),
    'CRM_ORDER_DETAIL_TAB',
    'CRM_ANALYTICS_MENU',
    'CRM_FUNNELS_TOOLBAR',
  ],
  task: ['TASK_VIEW_TAB', 'TASK_USER_LIST_TOOLBAR', 'TASK_GROUP_LIST_TOOLBAR'],
  user: ['USER_PROFILE_MENU'],
};

/** Codes that these scopes open; all for null. */
export function placementsOf(scopes: readonly string[] | null): string[] {
  return Object.entries(byScope).flatMap(([scope, codes]) => (scopes === null || scopes.includes(scope) ? codes : []));
}
