import type { Phrase } from '../i18n/phrase.ts';

/** Codes that the CRM keeps in `status`; a code that is not here is shown as it is. */
export const statusWords: Record<string, Phrase> = {
  active: { ru: 'действует', en: 'active' },
  inactive: { ru: 'не действует', en: 'inactive' },
  maintenance: { ru: 'на обслуживании', en: 'in maintenance' },
  draft: { ru: 'черновик', en: 'draft' },
  suspended: { ru: 'приостановлен', en: 'suspended' },
  expired: { ru: 'истёк', en: 'expired' },
  cancelled: { ru: 'расторгнут', en: 'cancelled' },
};

/** Codes that the CRM keeps in `type` of objects. */
export const typeWords: Record<string, Phrase> = {
  car: { ru: 'легковой автомобиль', en: 'car' },
  van: { ru: 'фургон', en: 'van' },
  truck: { ru: 'грузовик', en: 'lorry' },
  bus: { ru: 'автобус', en: 'bus' },
  trailer: { ru: 'прицеп', en: 'trailer' },
  tractor: { ru: 'трактор', en: 'tractor' },
  machinery: { ru: 'спецтехника', en: 'machinery' },
  vehicle: { ru: 'транспорт', en: 'vehicle' },
  device: { ru: 'устройство', en: 'device' },
  tracker: { ru: 'трекер', en: 'tracker' },
  sensor: { ru: 'датчик', en: 'sensor' },
};

/** Codes that the CRM keeps in `role`. */
export const roleWords: Record<string, Phrase> = {
  admin: { ru: 'администратор', en: 'administrator' },
  manager: { ru: 'менеджер', en: 'manager' },
  user: { ru: 'пользователь', en: 'user' },
  viewer: { ru: 'наблюдатель', en: 'viewer' },
};
