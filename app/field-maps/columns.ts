import type { Entity } from '../lib/records.ts';

export type ColumnType = 'text' | 'date' | 'datetime' | 'money' | 'boolean';

/** A CRM column that may be paired with a field of the tenant's choice. */
export interface Column {
  type: ColumnType;
  /** Of an amount: the column of its currency. */
  currency?: string;
  /** The column belongs to another record, or to the CRM itself: it is shown there and never taken over from there. */
  isShown?: true;
  /** The column may not be empty: an emptied Bitrix24 field is filled again from our side. */
  required?: true;
}

const made: Column = { type: 'datetime', isShown: true };

/** Columns that a tenant may pair with a field of its own choice. */
const columns: Record<Entity, Record<string, Column>> = {
  object: {
    imei: { type: 'text' },
    type: { type: 'text' },
    phone_number: { type: 'text' },
    serial_number: { type: 'text' },
    status: { type: 'text', required: true },
    contract_number: { type: 'text', isShown: true },
    contract_total_amount: { type: 'money', currency: 'contract_currency', isShown: true },
    created_at: made,
  },
  user: {
    role: { type: 'text', required: true },
    is_active: { type: 'boolean', required: true },
    created_at: made,
  },
  contract: {
    number: { type: 'text', required: true },
    title: { type: 'text' },
    description: { type: 'text' },
    client_inn: { type: 'text' },
    client_kpp: { type: 'text' },
    client_address: { type: 'text' },
    start_date: { type: 'date' },
    end_date: { type: 'date' },
    total_amount: { type: 'money', currency: 'currency' },
    currency: { type: 'text', required: true },
    status: { type: 'text', required: true },
    created_at: made,
  },
};

/** Columns that may be paired with a field of the tenant's choice. */
export function allowedLocalFields(entity: Entity): string[] {
  return Object.keys(columns[entity]);
}

export function columnOf(entity: Entity, name: string): Column | undefined {
  return Object.hasOwn(columns[entity], name) ? columns[entity][name] : undefined;
}
