import type { Kind } from '../api/kinds.ts';

/** How a field of a rule is set: some of a list, some of all contracts, yes or no, not before a moment, days from and to. */
export type RuleControl = 'list' | 'contracts' | 'flag' | 'since' | 'period';

export interface RuleField {
  field: string;
  control: RuleControl;
  /** The values are numbers. */
  isNumeric?: true;
  /** A value that is not offered may be typed. */
  isOpen?: true;
}

type Side = 'crm' | 'bitrix24';

const responsible: RuleField = { field: 'responsible', control: 'list', isNumeric: true };

/** What the scope of a kind can ask of the records of each side. */
export const ruleFields: Record<Kind, Record<Side, readonly RuleField[]>> = {
  object: {
    crm: [
      { field: 'types', control: 'list', isOpen: true },
      { field: 'statuses', control: 'list', isOpen: true },
      { field: 'contract_ids', control: 'contracts', isNumeric: true },
      { field: 'clients', control: 'list', isOpen: true },
      { field: 'updated_since', control: 'since' },
    ],
    bitrix24: [
      { field: 'categories', control: 'list', isNumeric: true },
      { field: 'stages', control: 'list' },
      responsible,
      { field: 'sources', control: 'list' },
      { field: 'updated_since', control: 'since' },
    ],
  },
  user: {
    crm: [
      { field: 'roles', control: 'list', isOpen: true },
      { field: 'is_active', control: 'flag' },
    ],
    bitrix24: [{ field: 'types', control: 'list' }, responsible],
  },
  contract: {
    crm: [
      { field: 'statuses', control: 'list', isOpen: true },
      { field: 'start_date', control: 'period' },
      { field: 'end_date', control: 'period' },
    ],
    bitrix24: [{ field: 'types', control: 'list' }, responsible],
  },
};
