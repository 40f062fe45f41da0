import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import { type Run, readRun, streamRun } from '../api/runs.ts';
import { usePageContext } from './page-context.ts';

/** After a stream that broke; the server's own `retry` says the same. */
const againMs = 3000;

/** Follows a run's progress until it has ended; a broken stream is taken up again. */
export function useRun(onEnd: (run: Run) => void = () => undefined): {
  run: ShallowRef<Run | null>;
  follow(started: Run): void;
} {
  const { api } = usePageContext();
  const run = shallowRef<Run | null>(null);
  let current: AbortController | undefined;

  async function followStream(id: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && run.value?.state === 'running') {
      try {
        for await (const step of streamRun(api, id, signal)) run.value = step;
        if (run.value?.state === 'running') run.value = await readRun(api, id);
      } catch {
        if (signal.aborted) return;
        await new Promise((resolve) => setTimeout(resolve, againMs));
      }
    }
    if (!signal.aborted && run.value) onEnd(run.value);
  }

  function follow(started: Run): void {
    if (run.value?.id === started.id && run.value.state === 'running' && current) return;
    current?.abort();
    run.value = started;
    if (started.state !== 'running') return;
    current = new AbortController();
    void followStream(started.id, current.signal);
  }

  onScopeDispose(() => current?.abort());
  return { run, follow };
}
