import { type CreationOptional, DataTypes, type ModelAttributes, type ModelOptions } from 'sequelize';
import type { Database } from './database.ts';

/** Columns of every record of a tenant. Attributes have the columns' own names, which are those of the REST bodies. */
export interface RecordAttributes {
  id: CreationOptional<number>;
  tenant_id: number;
  created_at: CreationOptional<Date>;
  updated_at: CreationOptional<Date>;
  deleted_at: CreationOptional<Date | null>;
}

export const recordColumns = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  tenant_id: { type: DataTypes.INTEGER, allowNull: false },
  created_at: DataTypes.DATE,
  updated_at: DataTypes.DATE,
  deleted_at: DataTypes.DATE,
} satisfies ModelAttributes;

/** Times are kept by the database, because other programs write these tables too. */
export function recordOptions(db: Database, tableName: string) {
  return { sequelize: db, tableName, timestamps: false } satisfies ModelOptions & { sequelize: Database };
}
