import { type CreationOptional, DataTypes, type InferAttributes, type InferCreationAttributes, Model } from 'sequelize';
import type { Database } from './database.ts';
import { type RecordAttributes, recordColumns, recordOptions } from './record-columns.ts';

/** A monitored vehicle or device. */
export class CrmObject
  extends Model<InferAttributes<CrmObject>, InferCreationAttributes<CrmObject>>
  implements RecordAttributes
{
  declare id: CreationOptional<number>;
  declare tenant_id: number;
  declare name: string;
  declare type: string | null;
  declare description: string | null;
  declare imei: string | null;
  declare phone_number: string | null;
  declare serial_number: string | null;
  declare status: CreationOptional<string>;
  declare contract_id: number | null;
  declare created_at: CreationOptional<Date>;
  declare updated_at: CreationOptional<Date>;
  declare deleted_at: CreationOptional<Date | null>;
}

export function initCrmObject(db: Database): typeof CrmObject {
  return CrmObject.init(
    {
      ...recordColumns,
      name: { type: DataTypes.STRING(255), allowNull: false },
      type: DataTypes.STRING(100),
      description: DataTypes.TEXT,
      imei: DataTypes.STRING(20),
      phone_number: DataTypes.STRING(50),
      serial_number: DataTypes.STRING(100),
      status: DataTypes.STRING(50),
      contract_id: DataTypes.INTEGER,
    },
    recordOptions(db, 'objects'),
  );
}
