import { type Ref, ref, type ShallowRef, shallowRef } from 'vue';
import { toApiError } from './use-load.ts';

/** What came of something, to be shown beside the control that started it. */
export interface Outcome {
  text: string;
  isFailure: boolean;
}

/**
 * Wraps something that a person starts by a button: `isBusy` while it runs, then `outcome`, which the page shows beside the button. The
 * action returns what is said of its success; nothing when nothing is. `run` resolves to whether it succeeded; a second start while the
 * first runs does nothing.
 */
export function useOutcome<Args extends unknown[]>(
  action: (...args: Args) => Promise<string | undefined>,
): { isBusy: Ref<boolean>; outcome: ShallowRef<Outcome | null>; run(...args: Args): Promise<boolean> } {
  const isBusy = ref(false);
  const outcome = shallowRef<Outcome | null>(null);
  async function run(...args: Args): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    outcome.value = null;
    try {
      const text = await action(...args);
      outcome.value = text === undefined ? null : { text, isFailure: false };
      return true;
    } catch (failure) {
      outcome.value = { text: toApiError(failure).message, isFailure: true };
      return false;
    } finally {
      isBusy.value = false;
    }
  }
  return { isBusy, outcome, run };
}
