import { mountPage } from './mount.ts';
import InstallPage from './pages/InstallPage.vue';

mountPage(InstallPage);
