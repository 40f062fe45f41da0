import { type InjectionKey, inject, onScopeDispose, provide, watch } from 'vue';
import { type Health, readHealth } from '../api/overview.ts';
import { usePageContext } from './page-context.ts';
import { type Load, useLoad } from './use-load.ts';

const key: InjectionKey<Load<Health>> = Symbol('health');

/** Whoever mends the connection waits for the banner to go. */
const unhealthyMs = 6000;

/** Watches the connection for the whole page. A live check costs the portal a request: few pages make it, and seldom. */
export function provideHealth(options: { live: boolean; everyMs: number }): Load<Health> {
  const { api } = usePageContext();
  const { live, everyMs } = options;
  const health = useLoad((signal) => readHealth(api, live, signal), { everyMs });
  let soon: ReturnType<typeof setTimeout>;
  watch(health.data, (known) => {
    clearTimeout(soon);
    if (known && known.status === 'down') soon = setTimeout(() => void health.reload(), unhealthyMs);
  });
  onScopeDispose(() => clearTimeout(soon));
  provide(key, health);
  return health;
}

export function useHealth(): Load<Health> {
  const health = inject(key);
  if (!health) throw new Error('No health: the component is outside a page that watches the connection');
  return health;
}
