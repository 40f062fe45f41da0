import type { Text } from '../../lib/errors.ts';
import type { Entity } from '../../lib/records.ts';
import { type Database, queryRows } from '../../models/database.ts';
import type { FaultCause } from './fault-store.ts';
import type { FaultKey } from './scope.ts';

/** The word that tells the fault of one field of a kind from that of an operation on it. */
export const fieldWord = 'field';

/** The fault of a field that is gone from the portal: one, whatever the number of records. */
export function fieldFault(entity: Entity, field: string): FaultKey {
  return { scope: 'kind', subject: `${subjectPrefix(entity)}${field}` };
}

/** The field that a fault of this kind of record is about; null for every other fault. */
export function fieldOfFault(entity: Entity, { scope, subject }: FaultKey): string | null {
  const prefix = subjectPrefix(entity);
  return scope === 'kind' && subject.startsWith(prefix) ? subject.slice(prefix.length) : null;
}

function subjectPrefix(entity: Entity): string {
  return `${entity}:${fieldWord}:`;
}

/** Why the pairs of a field wait. `title` is what people called it. */
export function fieldIsGone(field: string, title: string): FaultCause {
  const shown = title === field ? field : `${title} (${field})`;
  const reason = {
    ru: `Поле «${shown}» удалено в портале`,
    en: `The field "${shown}" was deleted in the portal`,
  };
  return { code: 'field_deleted', text: reason, reason, advice };
}

/** Why the pairs of a field wait that was made again as something that they cannot hold. */
export function fieldIsAnother(field: string, problem: Text): FaultCause {
  const reason = {
    ru: `Поле «${field}» в портале теперь другое: ${problem.ru}`,
    en: `The field "${field}" of the portal is another one now: ${problem.en}`,
  };
  return { code: 'field_retyped', text: reason, reason, advice };
}

const advice = {
  ru: 'Значения в CRM сохранены, остальные поля синхронизируются. Создайте поле в портале заново с тем же кодом или уберите его пару в настройках интеграции',
  en: 'The values in the CRM are kept, the other fields are synchronised. Make the field in the portal again with the same code, or remove its pair in the integration settings',
};

/** Fields of a kind that were gone and are back, by upper-case name, with the moment since when. */
export async function listReturnedFields(
  db: Database,
  tenantId: number,
  entity: Entity,
): Promise<ReadonlyMap<string, Date>> {
  const rows = await queryRows<{ subject: string; since: Date }>(
    db,
    `select subject, max(ended_at) as since from sync_faults
      where tenant_id = $tenantId and scope = 'kind' and starts_with(subject, $prefix) and ended_at is not null
      group by subject`,
    { tenantId, prefix: subjectPrefix(entity) },
  );
  return new Map(rows.map(({ subject, since }) => [subject.slice(subjectPrefix(entity).length), since]));
}
