import { type CreationOptional, DataTypes, type InferAttributes, type InferCreationAttributes, Model } from 'sequelize';
import type { Database } from './database.ts';
import { type RecordAttributes, recordColumns, recordOptions } from './record-columns.ts';

/** A person of the tenant. */
export class CrmUser
  extends Model<InferAttributes<CrmUser>, InferCreationAttributes<CrmUser>>
  implements RecordAttributes
{
  declare id: CreationOptional<number>;
  declare tenant_id: number;
  declare name: string;
  declare email: string | null;
  declare phone: string | null;
  declare role: CreationOptional<string>;
  declare is_active: CreationOptional<boolean>;
  declare created_at: CreationOptional<Date>;
  declare updated_at: CreationOptional<Date>;
  declare deleted_at: CreationOptional<Date | null>;
}

export function initCrmUser(db: Database): typeof CrmUser {
  return CrmUser.init(
    {
      ...recordColumns,
      name: { type: DataTypes.STRING(255), allowNull: false },
      email: DataTypes.STRING(255),
      phone: DataTypes.STRING(50),
      role: DataTypes.STRING(50),
      is_active: DataTypes.BOOLEAN,
    },
    recordOptions(db, 'users'),
  );
}
