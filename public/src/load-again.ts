import type { InjectionKey } from 'vue';

/** Asks once more for a view that did not come. */
export const loadAgainKey: InjectionKey<() => void> = Symbol('load again');
