import { computed, onScopeDispose, ref } from 'vue';
import { chooseTheme, shownChoice } from '../theme/show-theme.ts';
import type { ThemeChoice } from '../theme/theme.ts';

/** The chosen theme, to be read and chosen; follows the choices made in other windows. */
export function useTheme() {
  const shown = ref(shownChoice());
  const follow = () => {
    shown.value = shownChoice();
  };
  addEventListener('storage', follow);
  onScopeDispose(() => removeEventListener('storage', follow));
  return computed<ThemeChoice>({
    get: () => shown.value,
    set: (choice) => {
      chooseTheme(choice);
      follow();
    },
  });
}
