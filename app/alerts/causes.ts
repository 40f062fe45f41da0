import type { Text } from '../lib/errors.ts';

/** What people are told of. */
export const causes = [
  'connection_lost',
  'fault_open',
  'errors_rise',
  'lag',
  'deletions_held',
  'ending_soon',
  'old_conflict',
] as const;
export type Cause = (typeof causes)[number];

/** The view of the app page on which a cause is mended. */
export const viewOf: Record<Cause, string> = {
  connection_lost: 'settings',
  fault_open: 'overview',
  errors_rise: 'errors',
  lag: 'overview',
  deletions_held: 'overview',
  ending_soon: 'settings',
  old_conflict: 'conflicts',
};

/** A cause in a few words, as it begins and as it is over: subjects of messages. */
export const titles: Record<Cause, { begin: Text; recovery: Text }> = {
  connection_lost: {
    begin: { ru: 'связь с порталом потеряна', en: 'the connection to the portal is lost' },
    recovery: { ru: 'связь с порталом восстановлена', en: 'the connection to the portal works again' },
  },
  fault_open: {
    begin: { ru: 'часть синхронизации стоит', en: 'a part of the synchronisation waits' },
    recovery: { ru: 'синхронизация снова идёт', en: 'the synchronisation goes on again' },
  },
  errors_rise: {
    begin: { ru: 'ошибок стало много', en: 'errors are on the rise' },
    recovery: { ru: 'новых ошибок снова мало', en: 'there are few new errors again' },
  },
  lag: {
    begin: { ru: 'синхронизация отстаёт', en: 'the synchronisation is behind' },
    recovery: { ru: 'синхронизация больше не отстаёт', en: 'the synchronisation is up to date again' },
  },
  deletions_held: {
    begin: { ru: 'удаления ждут решения', en: 'deletions wait for a decision' },
    recovery: { ru: 'удаления больше не ждут решения', en: 'no deletion waits for a decision any more' },
  },
  ending_soon: {
    begin: { ru: 'доступ к порталу скоро закончится', en: 'the access to the portal ends soon' },
    recovery: { ru: 'доступ к порталу продлён', en: 'the access to the portal is renewed' },
  },
  old_conflict: {
    begin: { ru: 'конфликт давно ждёт решения', en: 'a conflict has waited long for a decision' },
    recovery: { ru: 'старых конфликтов больше нет', en: 'there is no old conflict any more' },
  },
};
