import type { Text } from '../lib/errors.ts';
import type { Entity } from '../lib/records.ts';

/** A user field that is made at the portal for a CRM column. */
export interface OwnField {
  local: string;
  /** Upper-case name in the portal. */
  bitrix24: string;
  labels: Text;
}

const prefix = 'UF_CRM_AXENTA_';

function field(local: string, code: string, ru: string, en: string): OwnField {
  return { local, bitrix24: `${prefix}${code}`, labels: { ru, en } };
}

/** Columns for which a field can be made, and how people read it there. */
const fields: Record<Entity, readonly OwnField[]> = {
  object: [
    field('imei', 'IMEI', 'IMEI', 'IMEI'),
    field('type', 'TYPE', 'Тип объекта', 'Type of object'),
    field('status', 'STATUS', 'Статус объекта', 'Status of object'),
    field('serial_number', 'SERIAL', 'Серийный номер', 'Serial number'),
    field('phone_number', 'PHONE', 'Телефон объекта', 'Phone of object'),
    field('contract_number', 'CONTRACT', 'Номер договора', 'Contract number'),
  ],
  user: [field('role', 'ROLE', 'Роль в CRM', 'Role in the CRM')],
  contract: [
    field('number', 'CONTRACT', 'Номер договора', 'Contract number'),
    field('client_inn', 'INN', 'ИНН', 'INN'),
    field('client_kpp', 'KPP', 'КПП', 'KPP'),
    field('status', 'STATUS', 'Статус договора', 'Status of contract'),
  ],
};

/** The fields that can be made for a kind. */
export function ownFields(entity: Entity): readonly OwnField[] {
  return fields[entity];
}

export function ownFieldOf(entity: Entity, local: string): OwnField | undefined {
  return fields[entity].find((one) => one.local === local);
}
