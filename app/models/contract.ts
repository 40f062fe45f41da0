import { type CreationOptional, DataTypes, type InferAttributes, type InferCreationAttributes, Model } from 'sequelize';
import type { Database } from './database.ts';
import { type RecordAttributes, recordColumns, recordOptions } from './record-columns.ts';

/** A contract with a client of the tenant. */
export class Contract
  extends Model<InferAttributes<Contract>, InferCreationAttributes<Contract>>
  implements RecordAttributes
{
  declare id: CreationOptional<number>;
  declare tenant_id: number;
  declare number: string;
  declare title: string | null;
  declare description: string | null;
  declare client_name: string | null;
  declare client_inn: string | null;
  declare client_kpp: string | null;
  declare client_email: string | null;
  declare client_phone: string | null;
  declare client_address: string | null;
  declare start_date: string | null;
  declare end_date: string | null;
  declare total_amount: string | null;
  declare currency: CreationOptional<string>;
  declare status: CreationOptional<string>;
  declare created_at: CreationOptional<Date>;
  declare updated_at: CreationOptional<Date>;
  declare deleted_at: CreationOptional<Date | null>;
}

export function initContract(db: Database): typeof Contract {
  return Contract.init(
    {
      ...recordColumns,
      number: { type: DataTypes.STRING(100), allowNull: false },
      title: DataTypes.STRING(255),
      description: DataTypes.TEXT,
      client_name: DataTypes.STRING(255),
      client_inn: DataTypes.STRING(12),
      client_kpp: DataTypes.STRING(9),
      client_email: DataTypes.STRING(255),
      client_phone: DataTypes.STRING(50),
      client_address: DataTypes.TEXT,
      start_date: DataTypes.DATEONLY,
      end_date: DataTypes.DATEONLY,
      total_amount: DataTypes.DECIMAL(18, 2),
      currency: DataTypes.STRING(3),
      status: DataTypes.STRING(50),
    },
    recordOptions(db, 'contracts'),
  );
}
