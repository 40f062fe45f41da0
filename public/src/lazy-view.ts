import { type Component, defineAsyncComponent, defineComponent, h, provide, ref } from 'vue';
import LoadingBlock from './components/LoadingBlock.vue';
import ViewFailed from './components/ViewFailed.vue';
import { loadAgainKey } from './load-again.ts';

/** After these pauses a view that did not come is asked for again, by itself. */
const pausesMs = [500, 2000, 5000];

type Loader = () => Promise<{ default: Component }>;

/**
 * Browsers remember that a module did not come, and do not ask for the same address again: under another one it comes. Modules that it
 * needs, and that have come, stay the same ones.
 */
function askingAnew(loader: Loader): Loader {
  let asked = 0;
  return async () => {
    try {
      return await loader();
    } catch (error) {
      const [address] = /https?:\/\/\S+\.js/.exec(String(error)) ?? [];
      if (address === undefined) throw error;
      asked += 1;
      return (await import(/* @vite-ignore */ `${address}?again=${asked}`)) as { default: Component };
    }
  };
}

/**
 * A view that is fetched when it is opened first. One that does not come is asked for again a few times; then the page says so, and a
 * person tries again in the same place.
 */
export function lazyView(loader: Loader): Component {
  const view = defineAsyncComponent({
    loader: askingAnew(loader),
    loadingComponent: LoadingBlock,
    errorComponent: ViewFailed,
    delay: 100,
    onError(_error, retry, fail, attempts) {
      const pause = pausesMs[attempts - 1];
      if (pause === undefined) fail();
      else setTimeout(retry, pause);
    },
  });
  return defineComponent({
    inheritAttrs: false,
    setup(_props, { attrs }) {
      const tries = ref(0);
      provide(loadAgainKey, () => {
        tries.value += 1;
      });
      return () => h(view, { ...attrs, key: tries.value });
    },
  });
}
