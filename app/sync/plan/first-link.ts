/**
 * What becomes of a field that differs when two records are linked for the first time, because they were found to be the same. An empty
 * value is filled in any case. `fill_only`: each side keeps its own, and a person is shown both; `crm`, `bitrix24`: that side's value stands.
 */
export const firstLinkRules = ['fill_only', 'crm', 'bitrix24'] as const;
export type FirstLinkRule = (typeof firstLinkRules)[number];
