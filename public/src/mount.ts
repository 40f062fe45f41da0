import './main.css';
import b24UiPlugin from '@bitrix24/b24ui-nuxt/vue-plugin';
import { type Component, createApp } from 'vue';

/** Puts a page into its document. */
export function mountPage(page: Component): void {
  if (import.meta.env.MODE === 'development') void import('./follow-build.ts').then(({ followBuild }) => followBuild());
  document.addEventListener('keydown', endEnter);
  createApp(page).use(b24UiPlugin).mount('#app');
}

/** The kit's lists close as Enter chooses, before the key is done: it would press the button that gets the focus, and open the list again. */
function endEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter' && (event.target as Element).role === 'option') event.preventDefault();
}
