import { type InjectionKey, inject, provide } from 'vue';
import { type Health, readHealth } from '../api/overview.ts';
import { usePageContext } from './page-context.ts';
import { type Load, useLoad } from './use-load.ts';

const key: InjectionKey<Load<Health>> = Symbol('health');

/** Watches the connection for the whole page. The live check asks the portal, so it is done seldom. */
export function provideHealth(everyMs: number): Load<Health> {
  const { api } = usePageContext();
  const health = useLoad((signal) => readHealth(api, signal), { everyMs });
  provide(key, health);
  return health;
}

export function useHealth(): Load<Health> {
  const health = inject(key);
  if (!health) throw new Error('No health: the component is outside a page that watches the connection');
  return health;
}
