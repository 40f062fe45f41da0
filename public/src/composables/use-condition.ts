import { type InjectionKey, inject, provide } from 'vue';
import { countOpenConflicts } from '../api/conflicts.ts';
import { type Health, readStats, type Stats } from '../api/overview.ts';
import { usePageContext } from './page-context.ts';
import { provideHealth } from './use-health.ts';
import { type Load, useLoad } from './use-load.ts';

export interface Condition {
  health: Load<Health>;
  stats: Load<Stats>;
  openConflicts: Load<number>;
  /** Loads all of it anew: something has just been done. */
  refresh(): Promise<void>;
}

const key: InjectionKey<Condition> = Symbol('condition');

/** Watches the connection and the counts that every view shows a part of. */
export function provideCondition(): Condition {
  const { api } = usePageContext();
  const health = provideHealth({ live: true, everyMs: 30_000 });
  const stats = useLoad((signal) => readStats(api, signal), { everyMs: 5000 });
  const openConflicts = useLoad((signal) => countOpenConflicts(api, signal), { everyMs: 5000 });
  const refresh = async () => void (await Promise.all([health.reload(), stats.reload(), openConflicts.reload()]));
  const condition = { health, stats, openConflicts, refresh };
  provide(key, condition);
  return condition;
}

export function useCondition(): Condition {
  const condition = inject(key);
  if (!condition) throw new Error('No condition: the component is outside AppShell');
  return condition;
}
