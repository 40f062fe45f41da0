/** Everything in the portal that tells us of changes in its CRM. */
export const recordEvents = ['DEAL', 'CONTACT', 'COMPANY'].flatMap((kind) =>
  ['ADD', 'UPDATE', 'DELETE'].map((change) => `ONCRM${kind}${change}`),
);

/**
 * A move between funnels: by the documentation it is told by this event alone, by the vendor's code beside the update
 * (api-reference/crm/deals/events/index.md, 2026-08). Portals may lack it.
 */
export const movedDealEvent = 'ONCRMDEALMOVETOCATEGORY';

/**
 * Changes of user fields: the lists of fields are read anew then (api-reference/crm/deals/user-defined-fields/events/index.md,
 * 2026-07). Portals may lack some; then the lists are read once an hour, or when an answer does not fit them.
 */
export const fieldEvents = ['DEAL', 'CONTACT', 'COMPANY'].flatMap((kind) =>
  ['ADD', 'UPDATE', 'DELETE', 'SETENUMVALUES'].map((change) => `ONCRM${kind}USERFIELD${change}`),
);

/** Changes of tasks; a portal binds them for applications with the permission `task` (api-reference/tasks/events-tasks/, 2026-08). */
export const taskEvents = ['ONTASKUPDATE', 'ONTASKDELETE'];

/**
 * Life of the application itself (api-reference/common/events/index.md, 2026-09), and the trial that it may have sent to itself
 * (test-handler.md, 2026-08-07). Some portals lack some of them.
 */
export const lifeCycleEvents = [
  ...['ONAPPINSTALL', 'ONAPPUSERREADY', 'ONAPPUNINSTALL', 'ONAPPUPDATE', 'ONAPPPAYMENT'],
  'ONAPPTEST',
];

/** Tabs of the CRM cards that show our page, with their titles there. */
export const tabs = ['CRM_DEAL_DETAIL_TAB', 'CRM_CONTACT_DETAIL_TAB', 'CRM_COMPANY_DETAIL_TAB'] as const;

export interface Binding {
  /** Event or placement, in upper case. */
  name: string;
  handler: string;
}

export interface BindingPlan {
  bind: Binding[];
  unbind: Binding[];
}

/**
 * What to bind and what to release so that the portal calls exactly the wanted addresses. Pure. All handlers are the application's own:
 * one that is not wanted points to a former address of ours. Addresses in `kept` were bound by the portal itself.
 */
export function planSubscriptions(
  present: readonly Binding[],
  wanted: readonly Binding[],
  kept: readonly string[] = [],
): BindingPlan {
  const isSame = (a: Binding, b: Binding) => a.name === b.name && a.handler === b.handler;
  const bind = wanted.filter((one) => !present.some((other) => isSame(one, other)));
  const stale = present.filter((one) => !kept.includes(one.handler) && !wanted.some((other) => isSame(one, other)));
  // The portal may list one handler several times, for several users; it is released once.
  const unbind = stale.filter((one, index) => stale.findIndex((other) => isSame(one, other)) === index);
  return { bind, unbind };
}
