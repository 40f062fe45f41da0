import { z } from 'zod';

const employee = z.enum(['cards', 'lists', 'none']);
const administrator = z.enum(['all', 'lists', 'cards', 'none']);

/** Each rule with the values that it may have. */
export const portalAccessRules = { employee, employee_edits: z.boolean(), administrator };

const editsWithoutAccess = {
  ru: 'сотрудники не могут менять записи, которых не видят: задайте employee "cards" или "lists", либо employee_edits false',
  en: 'employees cannot change records that they do not see: set employee to "cards" or "lists", or employee_edits to false',
};

/**
 * What people who open the pages in a portal may see and do. `cards`: the card of a record that the portal lets them read, and "synchronise
 * now". `lists`: all records, conflicts and errors as well. `none`: nothing. `all`: everything, settings too. `employee_edits`: employees,
 * and administrators who may not do everything, change those CRM records that they see.
 */
export const portalAccessSchema = z
  .strictObject({
    employee: employee.optional(),
    employee_edits: portalAccessRules.employee_edits.optional(),
    administrator: administrator.optional(),
  })
  .refine(({ employee, employee_edits }) => !(employee === 'none' && employee_edits), {
    path: ['employee_edits'],
    params: { text: editsWithoutAccess },
  });

export interface VisitorAccess {
  employee: z.infer<typeof employee>;
  employee_edits: boolean;
  administrator: z.infer<typeof administrator>;
}

/** As long as an administrator has not decided otherwise. */
export const defaultVisitorAccess: VisitorAccess = { employee: 'cards', employee_edits: false, administrator: 'all' };
