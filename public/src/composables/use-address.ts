import { onScopeDispose, reactive, watch } from 'vue';
import { type AddressState, type KnownTexts, pathOf, readAddress, writeAddress } from '../grid/address.ts';

/**
 * Values that live in the address of the open view, so that a link, a reload and the way back show the same. A change replaces the
 * address and makes no step in the history. `known` names the texts that a value may be.
 */
export function useAddress<State extends AddressState>(defaults: State, known: KnownTexts<State> = {}): State {
  const path = pathOf(location.hash);
  const state = reactive(readAddress(location.hash, defaults, known)) as State;
  watch(
    () => writeAddress(location.hash, state, defaults),
    (hash) => {
      if (pathOf(location.hash) === path && hash !== location.hash) history.replaceState(history.state, '', hash);
    },
    { flush: 'sync' },
  );
  const follow = () => {
    if (pathOf(location.hash) === path) Object.assign(state, readAddress(location.hash, defaults, known));
  };
  addEventListener('hashchange', follow);
  onScopeDispose(() => removeEventListener('hashchange', follow));
  return state;
}
