import { type Entity, pairKinds } from '../lib/records.ts';
import { callMethod } from './call-method.ts';
import type { CallOptions, NewUserField } from './client.ts';
import { brokenAnswer } from './error-table.ts';
import type { Limits } from './limits/limits.ts';
import type { Transport } from './sdk.ts';

/**
 * Makes what adds a field of a single text to the cards of a kind, and returns its id. `crm.deal.userfield.add` and its siblings take
 * labels by language and need the scope `crm` alone (crm-deal-userfield-add.md, 2026-08-13). An answer can be lost after the field was made,
 * and on portals with many deals it often is: look for the field by its name before another try. Throws `Bitrix24Error`.
 */
export function makeUserFields({ transport, limits }: { transport: Transport; limits: Limits }) {
  return async (entity: Entity, { upperName, labels }: NewUserField, options: CallOptions = {}): Promise<string> => {
    const fields = {
      USER_TYPE_ID: 'string',
      FIELD_NAME: upperName.replace(/^UF_CRM_/, ''),
      LABEL: labels.ru,
      EDIT_FORM_LABEL: labels,
      LIST_COLUMN_LABEL: labels,
      LIST_FILTER_LABEL: labels,
      MULTIPLE: 'N',
      MANDATORY: 'N',
      SHOW_FILTER: 'E',
      XML_ID: upperName.toLowerCase(),
    };
    const method = `crm.${pairKinds[entity].bitrix24Type}.userfield.add`;
    const { result } = await callMethod({ transport, limits }, method, { fields }, { ...options, writes: true });
    const id = Number(result);
    if (!(id > 0)) throw brokenAnswer('no_field', method);
    return String(id);
  };
}
