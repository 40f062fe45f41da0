import type pg from 'pg';
import type { SimulatedPortal } from '../portal/portal.ts';
import { type Refusal, refuseRecords } from '../portal/portal-troubles.ts';
import type { CrmCounts } from '../portal/tour.ts';
import type { Begun, Trouble } from '../portal/troubles.ts';

export interface CrmTroubleDeps {
  /** A connection of its own to the CRM's database: one query at a time. */
  client: Pick<pg.Client, 'query'>;
  portal: SimulatedPortal;
  tenantId: number;
}

interface LinkedObject {
  id: number;
  dealId: number;
  name: string;
}

const conflicts = 20;
const errors = 200;

/** Refusals as portals give them: some share a code and differ in their words. */
const causes: readonly Refusal[] = [
  { error: 'CRM_FIELD_ERROR_REQUIRED', description: 'Поле «Регион» обязательно для заполнения' },
  { error: 'CRM_FIELD_ERROR_REQUIRED', description: 'Заполните «Источник» перед сохранением' },
  { error: 'CRM_FIELD_ERROR_VALUE_NOT_VALID', description: 'Invalid value for field "ASSIGNED_BY_ID"' },
  { error: 'CRM_FIELD_ERROR_VALUE_NOT_VALID', description: 'Превышена длина поля «Комментарий»' },
  { error: 'ERROR_CORE', description: 'Сделка заблокирована бизнес-процессом «Согласование»' },
  { error: 'ERROR_CORE', description: 'Изменение запрещено: сделка закрыта' },
  { error: 'ERROR_CORE', description: 'Обработчик портала прервал сохранение' },
  { error: 'ERROR_CORE', description: 'Не заполнена воронка &quot;Аренда&quot;' },
];

/** What goes wrong between the CRM and the portal, and needs both. */
export function makeCrmTroubles(deps: CrmTroubleDeps): Trouble[] {
  return [
    {
      name: 'conflicts',
      isOnce: true,
      title: { ru: `${conflicts} конфликтов`, en: `${conflicts} conflicts` },
      hint: {
        ru: 'Название меняется сразу в CRM и на портале: приложение покажет оба значения',
        en: 'The title changes in the CRM and in the portal at once: the application shows both values',
      },
      begin: () => changeBothSides(deps),
    },
    {
      name: 'errors',
      title: { ru: `${errors} ошибок ${causes.length} причин`, en: `${errors} errors of ${causes.length} causes` },
      hint: {
        ru: 'CRM меняет 200 объектов, портал отказывает каждой сделке по одной из причин, пока сбой включён',
        en: 'The CRM changes 200 objects, the portal refuses each deal for one of the causes while this is on',
      },
      begin: () => refuseMany(deps),
    },
    {
      name: 'objects',
      isOnce: true,
      title: { ru: 'Много новых объектов', en: 'Many new objects' },
      hint: {
        ru: 'Другая программа вставила объекты в CRM: сделки появляются пакетами, остальное не ждёт',
        en: 'Another program put objects into the CRM: deals appear in batches, and nothing else waits for them',
      },
      fields: [
        { name: 'count', label: { ru: 'Сколько', en: 'How many' }, choices: ['500', '5000'], byDefault: '5000' },
      ],
      begin: ({ count }) => addObjects(deps, Number(count)),
    },
  ];
}

/** What the tour asks the CRM. */
export async function countCrm({ client, tenantId }: Pick<CrmTroubleDeps, 'client' | 'tenantId'>): Promise<CrmCounts> {
  const { rows } = await client.query<CrmCounts>(
    `select (select count(*)::integer from sync_conflicts where tenant_id = $1 and state = 'open') as "openConflicts",
            (select count(*)::integer from sync_conflicts where tenant_id = $1 and state = 'resolved') as "settledConflicts",
            (select count(*)::integer from integration_errors where tenant_id = $1 and status <> 'resolved') as errors`,
    [tenantId],
  );
  return rows[0] ?? { openConflicts: 0, settledConflicts: 0, errors: 0 };
}

async function linkedObjects({ client, tenantId }: CrmTroubleDeps, limit: number): Promise<LinkedObject[]> {
  const { rows } = await client.query<LinkedObject>(
    `select o.id, m.bitrix24_id::integer as "dealId", o.name
       from bitrix24_sync_mappings m join objects o on o.tenant_id = m.tenant_id and o.id = m.local_id and o.deleted_at is null
      where m.tenant_id = $1 and m.local_type = 'object' and m.state = 'linked' order by o.id limit $2`,
    [tenantId, limit],
  );
  if (rows.length === 0) throw new Error('Нечего менять: нет связанных записей');
  return rows;
}

/** Both sides change before either can be told of the other: the rows are locked until the portal has the new titles. */
async function changeBothSides(deps: CrmTroubleDeps): Promise<Begun> {
  const { client, portal, tenantId } = deps;
  const objects = await linkedObjects(deps, conflicts);
  const mark = new Date().toISOString().slice(11, 19);
  await client.query('begin');
  try {
    await client.query(
      `update objects set name = split_part(name, ' [', 1) || $3 where tenant_id = $1 and id = any($2)`,
      [tenantId, objects.map(({ id }) => id), ` [CRM ${mark}]`],
    );
    for (const { dealId, name } of objects) {
      const title = `${name.split(' [')[0]} [Битрикс24 ${mark}]`;
      portal.records('deal').update(dealId, { TITLE: title }, portal.session.userId);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
  return {
    text: {
      ru: `Изменено с обеих сторон: ${objects.length}`,
      en: `Changed on both sides: ${objects.length}`,
    },
  };
}

async function refuseMany(deps: CrmTroubleDeps): Promise<Begun> {
  const { client, portal, tenantId } = deps;
  const objects = await linkedObjects(deps, errors);
  const ends = causes.map((cause, index) => {
    const ids = objects.filter((_, place) => place % causes.length === index).map(({ dealId }) => dealId);
    return refuseRecords(portal.faults, { kind: 'deal', ids }, cause);
  });
  await client.query(`update objects set description = $3 where tenant_id = $1 and id = any($2)`, [
    tenantId,
    objects.map(({ id }) => id),
    `Проверено ${new Date().toISOString().slice(11, 19)}`,
  ]);
  return {
    end: () => {
      for (const end of ends) end();
    },
    text: { ru: `Изменено объектов: ${objects.length}`, en: `Objects changed: ${objects.length}` },
  };
}

async function addObjects({ client, tenantId }: CrmTroubleDeps, count: number): Promise<Begun> {
  const mark = new Date().toISOString().slice(11, 19);
  await client.query(
    `insert into objects (tenant_id, name, type) select $1, 'Тягач ' || lpad(n::text, 4, '0') || $2, 'truck' from generate_series(1, $3::integer) n`,
    [tenantId, ` (${mark})`, count],
  );
  return { text: { ru: `Добавлено объектов: ${count}`, en: `Objects added: ${count}` } };
}
