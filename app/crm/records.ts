import { type Model, type ModelStatic, Op, UniqueConstraintError, type WhereOptions } from 'sequelize';
import { containsPattern, offsetOf } from '../http/paging.ts';
import { AppError, invalidRequest, notFound } from '../lib/errors.ts';
import type { Models } from '../models/index.ts';
import type { RecordKind } from './kinds.ts';

export type RecordRow = Record<string, unknown> & { id: number };

export interface ListQuery {
  page: number;
  limit: number;
  q?: string | undefined;
  filters: Record<string, unknown>;
}

export type Records = ReturnType<typeof makeRecords>;

/**
 * Reads and writes CRM records of one kind for the REST interface. Every query is bound to the tenant. Nothing
 * of the synchronisation is called here: the database queues what changed, also what other programs change.
 */
export function makeRecords(kind: RecordKind, models: Models) {
  const model = models[kind.model] as unknown as ModelStatic<Model>;

  async function find(tenantId: number, id: number): Promise<Model> {
    const found = await model.findOne({ where: { id, tenant_id: tenantId, deleted_at: null } });
    if (!found) throw notFound();
    return found;
  }

  async function requireContract(tenantId: number, id: unknown): Promise<void> {
    if (id === null || id === undefined) return;
    const count = await models.Contract.count({ where: { id: id as number, tenant_id: tenantId, deleted_at: null } });
    if (count === 0) {
      const problem = { ru: 'такого договора нет', en: 'there is no such contract' };
      throw invalidRequest(
        { ru: `Неверный запрос. contract_id: ${problem.ru}`, en: `Invalid request. contract_id: ${problem.en}` },
        [{ path: 'contract_id', problem }],
      );
    }
  }

  /** Translates the database's own guard, which also holds against programs that write at the same moment. */
  async function guarded<Value>(write: () => Promise<Value>): Promise<Value> {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof UniqueConstraintError) || !kind.unique) throw error;
      const { code, text, path } = kind.unique;
      throw new AppError({ code, status: 409, text, details: [{ path, problem: text }], cause: error });
    }
  }

  return {
    async list(
      tenantId: number,
      { page, limit, q, filters }: ListQuery,
    ): Promise<{ items: RecordRow[]; total: number }> {
      const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
      const contains = { [Op.iLike]: containsPattern(q ?? '') };
      const search = q ? { [Op.or]: kind.searched.map((column) => ({ [column]: contains })) } : {};
      const where = { tenant_id: tenantId, deleted_at: null, ...given, ...search } as WhereOptions;
      const { rows, count } = await model.findAndCountAll({
        where,
        order: [['id', 'ASC']],
        limit,
        offset: offsetOf({ page, limit }),
      });
      return { items: rows.map(present), total: count };
    },

    /** Throws `not_found`, also for another tenant's record. */
    async read(tenantId: number, id: number): Promise<RecordRow> {
      return present(await find(tenantId, id));
    },

    /** Throws `invalid_request`, or 409 when a unique value is taken. */
    async create(tenantId: number, fields: Record<string, unknown>): Promise<RecordRow> {
      await requireContract(tenantId, fields.contract_id);
      checkPeriod(fields);
      const created = await guarded(() => model.create({ ...fields, tenant_id: tenantId }));
      // Defaults and times are the database's.
      return present(await created.reload());
    },

    /** Changes the given fields only. Throws as `read` and `create` do. */
    async change(tenantId: number, id: number, fields: Record<string, unknown>): Promise<RecordRow> {
      const record = await find(tenantId, id);
      await requireContract(tenantId, fields.contract_id);
      checkPeriod({ ...record.get(), ...fields });
      await guarded(() => record.update(fields));
      return present(await record.reload());
    },

    /** Takes the mark of deletion off. Throws `not_found`, 409 `not_deleted`, or 409 when a unique value was taken meanwhile. */
    async restore(tenantId: number, id: number): Promise<RecordRow> {
      const record = await model.findOne({ where: { id, tenant_id: tenantId } });
      if (!record) throw notFound();
      if (record.get('deleted_at') === null) throw notDeleted();
      await guarded(() => record.update({ deleted_at: null }));
      return present(await record.reload());
    },

    /** Marks the record as deleted; what becomes of its Bitrix24 record is for the tenant's settings to say. */
    async remove(tenantId: number, id: number): Promise<void> {
      const record = await find(tenantId, id);
      await record.update({ deleted_at: new Date() });
    },
  };
}

function notDeleted(): AppError {
  return new AppError({
    code: 'not_deleted',
    status: 409,
    text: {
      ru: 'Запись не удалена: восстанавливать нечего',
      en: 'The record is not deleted: there is nothing to restore',
    },
  });
}

function checkPeriod({ start_date: start, end_date: end }: Record<string, unknown>): void {
  if (typeof start !== 'string' || typeof end !== 'string' || start <= end) return;
  const problem = { ru: 'раньше, чем start_date', en: 'before start_date' };
  throw invalidRequest(
    { ru: `Неверный запрос. end_date: ${problem.ru}`, en: `Invalid request. end_date: ${problem.en}` },
    [{ path: 'end_date', problem }],
  );
}

function present(record: Model): RecordRow {
  const { deleted_at: _deleted, ...shown } = record.get({ plain: true }) as RecordRow;
  return shown as RecordRow;
}
