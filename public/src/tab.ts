import { mountPage } from './mount.ts';
import TabPage from './pages/TabPage.vue';

mountPage(TabPage);
