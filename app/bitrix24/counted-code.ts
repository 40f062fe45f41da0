import { byCode } from './error-rows.ts';
import { byCodeOfInstallation, byCodeOfOAuth } from './installation-error-rows.ts';

/** Codes that the synchronisation gives by itself. */
const ownCodes = [
  'bitrix24_no_json',
  'bitrix24_refused',
  'client_refused',
  'copy_of_deleted',
  'duplicate_origin',
  'field_deleted',
  'field_retyped',
  'installer_not_admin',
  'internal_error',
  'local_value_refused',
  'merge_unclear',
  'merged_into_linked',
  'method_limit_reached',
  'oauth_unavailable',
  'other_database',
  'portal_answer_late',
  'portal_answer_too_long',
  'portal_moved',
  'portal_token_refused',
  'portal_too_old',
  'portal_unreachable',
  'request_too_large',
  'token_chain_dead',
  'value_not_accepted',
  'value_not_valid',
];

const known = new Set([byCode, byCodeOfInstallation, byCodeOfOAuth].flatMap(Object.keys).concat(ownCodes));

/** A code as it is counted: in small letters, and `other` for what only this portal says. Pure. */
export function countedCode(code: string): string {
  const small = code.toLowerCase();
  return small !== '' && known.has(small) ? small : 'other';
}
