import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import { type Retry, readRetry } from '../api/errors.ts';
import { usePageContext } from './page-context.ts';

const everyMs = 1500;

/** Follows what a retry brings until every record was tried. */
export function useRetry(onChange: (retry: Retry) => void): {
  retry: ShallowRef<Retry | null>;
  follow(id: number): void;
} {
  const { api } = usePageContext();
  const retry = shallowRef<Retry | null>(null);
  let current: AbortController | undefined;

  async function watchIt(id: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // A lost answer is asked for again.
      const known = await readRetry(api, id, signal).catch(() => null);
      if (signal.aborted) return;
      if (known) {
        retry.value = known;
        onChange(known);
        if (known.waiting === 0) return;
      }
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  function follow(id: number): void {
    current?.abort();
    current = new AbortController();
    void watchIt(id, current.signal);
  }

  onScopeDispose(() => current?.abort());
  return { retry, follow };
}
