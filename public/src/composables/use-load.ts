import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, type WatchSource, watch } from 'vue';
import { ApiError } from '../api/error.ts';

export interface Load<Data> {
  /** The last good answer; it stays on screen while the next one is on its way, and when that fails. */
  data: ShallowRef<Data | null>;
  error: ShallowRef<ApiError | null>;
  isLoading: Ref<boolean>;
  reload(): Promise<void>;
}

export interface LoadOptions {
  /** Loads anew when one of these changes. */
  on?: WatchSource[];
  /** Loads anew after this time while the page is visible. */
  everyMs?: number;
}

/**
 * Loads data at once and again when asked, when a source changes, when the connection comes back, and periodically. An answer that has
 * been overtaken is thrown away.
 */
export function useLoad<Data>(load: (signal: AbortSignal) => Promise<Data>, options: LoadOptions = {}): Load<Data> {
  const data = shallowRef<Data | null>(null);
  const error = shallowRef<ApiError | null>(null);
  const isLoading = ref(false);
  let current: AbortController | undefined;

  async function reload(): Promise<void> {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    isLoading.value = true;
    try {
      const answer = await load(mine.signal);
      if (mine.signal.aborted) return;
      data.value = answer;
      error.value = null;
    } catch (failure) {
      if (mine.signal.aborted) return;
      error.value = toApiError(failure);
    } finally {
      if (current === mine) isLoading.value = false;
    }
  }

  if (options.on) watch(options.on, () => reload());
  const refresh = () => {
    if (document.visibilityState === 'visible') void reload();
  };
  const timer = options.everyMs ? setInterval(refresh, options.everyMs) : undefined;
  addEventListener('online', refresh);
  onScopeDispose(() => {
    current?.abort();
    clearInterval(timer);
    removeEventListener('online', refresh);
  });
  void reload();
  return { data, error, isLoading, reload };
}

/** Whatever was thrown, as an error with a sentence for people. */
export function toApiError(failure: unknown): ApiError {
  if (failure instanceof ApiError) return failure;
  return new ApiError({ status: 0, code: 'page_failed', message: String(failure) });
}
