import { type InjectionKey, inject, provide, type ShallowRef } from 'vue';
import { readSettings, type Versioned } from '../api/settings.ts';
import { usePageContext } from './page-context.ts';
import { type Load, useLoad } from './use-load.ts';

const key: InjectionKey<Load<Versioned>> = Symbol('settings');

/** Loads the settings for the tabs of their section. */
export function provideSettings(): Load<Versioned> {
  const { api } = usePageContext();
  const load = useLoad((signal) => readSettings(api, signal));
  provide(key, load);
  return load;
}

/** The settings as they were last read or saved; only inside a tab, which opens once they are loaded. */
export function useSettings(): ShallowRef<Versioned> {
  const load = inject(key);
  if (!load?.data.value) throw new Error('No settings: the component is outside a tab of the section');
  // Never null again: a later failure keeps the last good answer.
  return load.data as ShallowRef<Versioned>;
}
