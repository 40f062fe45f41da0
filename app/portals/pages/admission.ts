import { z } from 'zod';
import type { Visitor, VisitorNeed } from '../../http/route.ts';
import type { VisitorCall } from '../../http/visitors.ts';
import type { Database } from '../../models/database.ts';
import { readSettings } from '../../sync/load/read-settings.ts';
import type { VisitorAccess } from '../../sync/plan/portal-access.ts';
import type { RecordOfPortal } from './card-check.ts';
import { administratorsOnly, editsNotGranted, listsNotGranted, notAdmitted } from './visitor-errors.ts';

export interface AdmissionDeps {
  db: Database;
  /** Throws unless the visitor may read the record. */
  checkCard(visitor: Visitor, portalToken: string, record: RecordOfPortal): Promise<void>;
}

/** What the company's rules give one visitor. */
export interface Grants {
  sees: VisitorAccess['administrator'];
  edits: boolean;
}

const card = z.object({ type: z.enum(['deal', 'contact', 'company']), id: z.number() });

/** What the rules give a visitor. Pure. */
export function grantsOf(rules: VisitorAccess, isAdministrator: boolean): Grants {
  const sees = isAdministrator ? rules.administrator : rules.employee;
  return { sees, edits: sees === 'all' || (sees !== 'none' && rules.employee_edits) };
}

/**
 * Makes the decision whether a visitor of the pages may call a route. The rules are read for each request: a grant that is taken back
 * counts at once. Administrators to whom everything is open are not asked about in the portal, where they may read every record.
 * Throws AppError 403.
 */
export function makeAdmission({ db, checkCard }: AdmissionDeps) {
  return async ({ identity, need, params, portalToken }: VisitorCall): Promise<{ seesLists: boolean }> => {
    const { visitor, tenantId } = identity;
    const { portal_access: rules } = await readSettings({ db }, tenantId);
    const grants = grantsOf(rules, visitor.isAdministrator);
    checkGrants(grants, need);
    if ((need === 'card' || need === 'card_edit') && grants.sees !== 'all') {
      await checkCard(visitor, portalToken, card.parse(params));
    }
    return { seesLists: seesLists(grants) };
  };
}

export function seesLists({ sees }: Grants): boolean {
  return sees === 'lists' || sees === 'all';
}

function checkGrants(grants: Grants, need: VisitorNeed): void {
  if (grants.sees === 'none') throw notAdmitted();
  if (need === 'admin' && grants.sees !== 'all') throw administratorsOnly();
  if ((need === 'lists' || need === 'edit') && !seesLists(grants)) throw listsNotGranted();
  if ((need === 'edit' || need === 'card_edit') && !grants.edits) throw editsNotGranted();
}
