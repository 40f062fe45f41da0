import { type Component, defineAsyncComponent } from 'vue';
import LoadingBlock from './components/LoadingBlock.vue';

/** A view that is fetched when it is opened first. */
export function lazyView(loader: () => Promise<{ default: Component }>): Component {
  return defineAsyncComponent({ loader, loadingComponent: LoadingBlock, delay: 100 });
}
