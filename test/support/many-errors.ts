import type { Tenant, World } from './world.ts';

/** Sentences of a portal with what belongs to one record: `{n}` is a number and `{w}` a word that differ in each. Two of them have one code. */
const causes: readonly [code: string, kind: string, message: string][] = [
  ['ERROR_CORE', 'validation', 'Битрикс24 отказался принять значение: Поле &quot;{w}&quot; заполнено неверно'],
  ['ERROR_CORE', 'validation', 'Битрикс24 отказался принять значение: Не найдена стадия {n}'],
  ['CRM_FIELD_ERROR_REQUIRED', 'validation', 'Битрикс24 отказался принять значение: Заполните поле «{w}»'],
  ['ACCESS_DENIED', 'validation', 'Нет прав на эту запись или действие в Битрикс24: deal {n}'],
  ['INTERNAL_SERVER_ERROR', 'network', 'Битрикс24 ответил внутренней ошибкой: запрос {n}'],
  ['portal_answer_late', 'network', 'Портал Битрикс24 не ответил вовремя: {n} мс'],
  ['value_not_accepted', 'validation', 'Поле «title»: Битрикс24 не принял значение «Камаз {n}», поле там пустое'],
  ['value_not_valid', 'validation', 'Битрикс24 отказался принять значение: дата {n}.13.2026'],
  ['OPERATION_TIME_LIMIT', 'limit', 'Исчерпано время выполнения метода на портале: crm.item.update {n}'],
  ['NOT_FOUND', 'gone', 'Записи в Битрикс24 больше нет: {n}'],
  ['DUPLICATE_VALUE', 'conflict', 'E-mail driver{n}@firma.example уже занят контактом {n}'],
  ['request_too_large', 'validation', 'Запрос слишком большой для веб-сервера портала: HTTP 413, {n} байт'],
];

/** How many errors and causes `addManyErrors` makes. */
export const many = { errors: 500, causes: causes.length };

/**
 * Gives a tenant 500 linked objects that fail by twelve causes, the first of them most often: one in ten is tried again by itself, half
 * began today. The first cause names the field and our value of it.
 */
export async function addManyErrors(world: World, tenant: Tenant): Promise<void> {
  await world.sql(
    `with made as (
       insert into objects (tenant_id, name) select $1, 'Камаз ' || lpad(n::text, 3, '0') from generate_series(1, ${many.errors}) n returning id, name),
     numbered as (select id, row_number() over (order by id) as n from made),
     linked as (
       insert into bitrix24_sync_mappings (tenant_id, local_type, local_id, bitrix24_type, bitrix24_id, state, field_errors)
       select $1, 'object', id, 'deal', (id + 7000)::text, 'linked',
              case when n % 24 <= 12 then jsonb_build_object('phone', jsonb_build_object('code', 'ERROR_CORE', 'local', '+7 900 ' || n, 'remote', null)) else '{}' end
         from numbered)
     insert into integration_errors (tenant_id, operation, local_type, local_id, bitrix24_type, external_id, kind, code, message, request,
            status, retryable, attempts, next_retry_at, created_at, updated_at)
     select $1, 'update_deal', 'object', id, 'deal', (id + 7000)::text, c.kind, c.code, replace(replace(c.message, '{n}', (n * 37)::text), '{w}', translate(n::text, '0123456789', 'абвгдежзик')),
            case when c.place = 0 then '{"fields": [{"field": "phone", "code": "ERROR_CORE"}]}'::jsonb end,
            case when n % 10 = 0 then 'pending' else 'failed' end, n % 10 = 0, 1,
            case when n % 10 = 0 then now() + interval '1 hour' end,
            now() - case when n % 2 = 0 then interval '1 hour' else interval '30 hours' end, now() - interval '30 minutes'
       from numbered n join jsonb_to_recordset($2::jsonb) as c (place integer, code text, kind text, message text)
         on c.place = case when n % 24 <= 12 then 0 else n % 12 end`,
    [tenant.id, JSON.stringify(causes.map(([code, kind, message], place) => ({ place, code, kind, message })))],
  );
}
