import { Bitrix24Error } from '../../bitrix24/errors.ts';
import type { Entity } from '../../lib/records.ts';
import { scopeOf } from '../faults/scope.ts';
import type { AskPortal } from './find-candidates.ts';

/** Asks as a preview does: a method that is refused leaves its pairs without an answer, and no fault is opened. Throws everything else. */
export function askForPreview(entity: Entity): AskPortal {
  return async ({ method }, work) => {
    try {
      return await work();
    } catch (error) {
      const scope = scopeOf(error, { step: 'step', entity, name: method });
      const isMethods = scope.scope === 'method' || scope.scope === 'record';
      const isRefused = error instanceof Bitrix24Error && error.kind !== 'limit' && isMethods;
      if (!isRefused) throw error;
      return null;
    }
  };
}
