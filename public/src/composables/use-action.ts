import { type Ref, ref } from 'vue';
import { toApiError } from './use-load.ts';
import { useNotice } from './use-notices.ts';

/**
 * Wraps something that a person starts by a button: `isBusy` while it runs, a notice when it fails. `run` resolves to whether it
 * succeeded; a second start while the first runs does nothing.
 */
export function useAction<Args extends unknown[]>(
  action: (...args: Args) => Promise<unknown>,
): { isBusy: Ref<boolean>; run(...args: Args): Promise<boolean> } {
  const isBusy = ref(false);
  const notice = useNotice();
  async function run(...args: Args): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    try {
      await action(...args);
      return true;
    } catch (failure) {
      notice.failure(toApiError(failure).message);
      return false;
    } finally {
      isBusy.value = false;
    }
  }
  return { isBusy, run };
}
