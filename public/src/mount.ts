import './main.css';
import b24UiPlugin from '@bitrix24/b24ui-nuxt/vue-plugin';
import { type Component, createApp } from 'vue';

/** Puts a page into its document. */
export function mountPage(page: Component): void {
  createApp(page).use(b24UiPlugin).mount('#app');
}
