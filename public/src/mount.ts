import './main.css';
import b24UiPlugin from '@bitrix24/b24ui-nuxt/vue-plugin';
import { type Component, createApp } from 'vue';

/** Puts a page into its document. */
export function mountPage(page: Component): void {
  if (import.meta.env.MODE === 'development') void import('./follow-build.ts').then(({ followBuild }) => followBuild());
  createApp(page).use(b24UiPlugin).mount('#app');
}
