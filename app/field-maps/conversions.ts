import type { ColumnType } from './columns.ts';
import type { Conversion } from './types.ts';

/**
 * Columns and Bitrix24 field types that each conversion leads between (`crm.item.fields`, api-reference/crm/data-types.md, 2026-08). The
 * first that fits is taken where none is named. A file field takes a file only, never its address (crm-item-add.md, 2026-08-18).
 */
const fitting: Record<Conversion, { columns: readonly ColumnType[]; fields: readonly string[] }> = {
  text: { columns: ['text'], fields: ['string', 'text', 'url', 'char', 'crm_currency'] },
  date: { columns: ['date'], fields: ['date', 'datetime'] },
  datetime: { columns: ['datetime'], fields: ['datetime'] },
  boolean: { columns: ['boolean'], fields: ['boolean', 'char'] },
  money: { columns: ['money'], fields: ['money', 'double', 'integer'] },
  list: { columns: ['text', 'boolean'], fields: ['enumeration'] },
  status: { columns: ['text', 'boolean'], fields: ['crm_status'] },
  stage: { columns: ['text', 'boolean'], fields: ['crm_status'] },
  category: { columns: ['text'], fields: ['crm_category'] },
  number: { columns: ['text'], fields: ['integer', 'double'] },
  phone: { columns: ['text'], fields: ['string', 'text'] },
  email: { columns: ['text'], fields: ['string', 'text'] },
  link: { columns: ['text'], fields: ['url', 'string', 'text'] },
  user: { columns: ['text'], fields: ['user', 'employee'] },
  file: { columns: ['text'], fields: ['file'] },
};

/** Every way to lead values from one side to the other. */
export const conversions = Object.keys(fitting) as Conversion[];

/** Where a deal stands: the values depend on each other. */
export const stageField = 'STAGE_ID';

/** What a pair of this column with this field can be made by; the first is taken where none is named. Pure. */
export function fittingConversions(column: ColumnType, field: { name: string; type: string }): Conversion[] {
  return conversions.filter((conversion) => {
    const { columns, fields } = fitting[conversion];
    const isStage = field.name === stageField;
    if ((conversion === 'stage') !== isStage) return false;
    return columns.includes(column) && fields.includes(field.type);
  });
}

/** Field types that can hold a column, for people. Pure. */
export function fittingTypes(column: ColumnType): string[] {
  const types = conversions.flatMap((conversion) => {
    const { columns, fields } = fitting[conversion];
    return columns.includes(column) ? fields : [];
  });
  return [...new Set(types)];
}

/** Conversions that lead between single values of two lists. */
const listConversions: readonly Conversion[] = ['list', 'status', 'stage', 'category', 'user'];

export function isListConversion(conversion: Conversion): boolean {
  return listConversions.includes(conversion);
}
