const crmEvents = [
  ...['DEAL', 'CONTACT', 'COMPANY', 'LEAD', 'QUOTE', 'ACTIVITY', 'PRODUCT', 'REQUISITE'].flatMap((kind) =>
    ['ADD', 'UPDATE', 'DELETE'].map((change) => `ONCRM${kind}${change}`),
  ),
  ...['DEAL', 'CONTACT', 'COMPANY'].flatMap((kind) =>
    ['ADD', 'UPDATE', 'DELETE', 'SETENUMVALUES'].map((change) => `ONCRM${kind}USERFIELD${change}`),
  ),
  'ONCRMDEALMOVETOCATEGORY',
  'ONCRMDYNAMICITEMADD',
  'ONCRMDYNAMICITEMUPDATE',
  'ONCRMDYNAMICITEMDELETE',
];

/** Events by the scope that they need; those of an application's own life need none (`basic`). */
const eventsByScope: Record<string, readonly string[]> = {
  basic: [
    'ONAPPUNINSTALL',
    'ONAPPINSTALL',
    'ONAPPUSERREADY',
    'ONAPPUPDATE',
    'ONAPPPAYMENT',
    'ONAPPTEST',
    'ONAPPMETHODCONFIRM',
    'ONOFFLINEEVENT',
  ],
  crm: crmEvents,
  user: ['ONUSERADD'],
  task: ['ONTASKADD', 'ONTASKUPDATE', 'ONTASKDELETE'],
};

/** Events of these scopes and of every application's own life; all events for null. */
export function listEvents(scopes: readonly string[] | null): string[] {
  return Object.entries(eventsByScope).flatMap(([scope, events]) =>
    scopes === null || scope === 'basic' || scopes.includes(scope) ? events : [],
  );
}

export function eventsOfScope(scope: string): readonly string[] {
  return eventsByScope[scope] ?? [];
}

/** The scope that an event belongs to; undefined when there is no such event. */
export function scopeOfEvent(event: string): string | undefined {
  return Object.keys(eventsByScope).find((scope) => eventsByScope[scope]?.includes(event));
}

/** Life-cycle events and the wake-up itself cannot be kept in a queue. */
export function mayBeOffline(event: string): boolean {
  return scopeOfEvent(event) !== 'basic';
}
