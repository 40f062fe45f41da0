import { AppError, type Text } from '../../lib/errors.ts';
import { type Entity, pairKinds } from '../../lib/records.ts';
import type { Database } from '../../models/database.ts';
import { recordError } from '../journal/error-log.ts';
import type { LoadedPair } from '../pair.ts';
import type { Question } from '../plan/question.ts';

/**
 * Tells people what only they can decide, each as one open error. It is the Bitrix24 record's, or the local record's where that one has
 * lost its own, and closes when that is linked. Repeat-safe.
 */
export async function reportQuestions(db: Database, tenantId: number, pairs: readonly LoadedPair[]): Promise<void> {
  for (const { entity, question } of pairs) if (question) await askPerson(db, tenantId, entity, question);
}

/** The one place where a question goes to a person. Repeat-safe: the same one again is counted in its open row. */
export async function askPerson(db: Database, tenantId: number, entity: Entity, question: Question): Promise<void> {
  const { code, record, localId, lostId } = question;
  const error = new AppError({ code, status: 409, text: texts[code](entity, question) });
  const about = lostId === undefined ? { localId: null, remoteId: record.id } : { localId, remoteId: lostId };
  const entry = { operation: 'ask_person', entity, ...about, runId: null, error };
  await recordError(db, tenantId, { ...entry, attempts: 1, nextRetryAt: null });
}

const ruKinds = { deal: 'Сделка', contact: 'Контакт', company: 'Компания' };
const enKinds = { deal: 'Deal', contact: 'Contact', company: 'Company' };

type Words = (entity: Entity, question: Question) => Text;

const texts: Record<Question['code'], Words> = {
  copy_of_deleted: (entity, { localId, record }) => ({
    ru: `${ruCard(entity, record.id)} — копия удалённой записи, которая была связана с записью CRM ${localId}. Ничего не изменено. Если копия её заменяет, откройте карточку ${record.id} и свяжите её с записью CRM на вкладке Axenta. Если нет, очистите поле ORIGIN_ID копии`,
    en: `${enKind(entity)} ${record.id} is a copy of the deleted record that was linked with CRM record ${localId}. Nothing was changed. If the copy takes its place, open card ${record.id} and link it with the CRM record on the Axenta tab. If not, clear the copy's ORIGIN_ID`,
  }),
  other_database: (entity, { record }) => ({
    ru: `${ruCard(entity, record.id)} создана другой базой Axenta (ORIGIN_ID ${record.originId}) и не синхронизируется. Если той базы больше нет, очистите поле ORIGIN_ID`,
    en: `${enKind(entity)} ${record.id} was made by another Axenta database (ORIGIN_ID ${record.originId}) and is not synchronised. If that database is no more, clear its ORIGIN_ID`,
  }),
  merge_unclear: (entity, { localId, lostId, candidates = [] }) => ({
    ru: `${ruCard(entity, lostId)} записи CRM ${localId} исчезла: похоже, её объединили с другой, но не ясно, с какой (${candidates.join(', ')}). Откройте карточку нужной и свяжите её с записью CRM на вкладке Axenta`,
    en: `${enKind(entity)} ${lostId} of CRM record ${localId} is gone: it seems to have been merged into another one, but which is not clear (${candidates.join(', ')}). Open the right card and link it with the CRM record on the Axenta tab`,
  }),
  merged_into_linked: (entity, { localId, lostId, record, other }) => ({
    ru: `${ruCard(entity, lostId)} записи CRM ${localId} объединена с ${record.id}, а та связана с записью CRM ${other}. Запись ${localId} больше ни с чем не связана. Если это одно и то же, удалите лишнюю запись CRM. Если нет, создайте в Битрикс24 отдельную карточку и свяжите её на вкладке Axenta`,
    en: `${enKind(entity)} ${lostId} of CRM record ${localId} was merged into ${record.id}, which is linked with CRM record ${other}. Record ${localId} is linked with nothing now. If both are the same, delete the surplus CRM record. If not, make a card of its own in Bitrix24 and link it on the Axenta tab`,
  }),
};

function ruCard(entity: Entity, id: number | undefined): string {
  return `Карточка «${ruKinds[pairKinds[entity].bitrix24Type]} ${id}»`;
}

function enKind(entity: Entity): string {
  return enKinds[pairKinds[entity].bitrix24Type];
}
