import { mountPage } from './mount.ts';
import AppPage from './pages/AppPage.vue';

mountPage(AppPage);
