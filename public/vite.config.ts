import path from 'node:path';
import { fileURLToPath } from 'node:url';
import b24ui from '@bitrix24/b24ui-nuxt/vite';
import vue from '@vitejs/plugin-vue';
import { build, defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const outDir = path.resolve(root, '../dist/public');

/** Leaves a file that differs after each build, for pages that wait for the next one. */
function markBuilds(): Plugin {
  return {
    name: 'mark-builds',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'assets/build.js', source: `// ${Date.now()}\n` });
    },
  };
}

/** Styles in the head hold back the whole page: behind the page's own few words they hold back only what comes after. */
function styleLater(): Plugin {
  const styles = /\s*<link rel="stylesheet"[^>]*>/g;
  return {
    name: 'style-later',
    transformIndexHtml: {
      order: 'post',
      handler: (html) => {
        const links = html.match(styles) ?? [];
        return html.replace(styles, '').replace('</body>', `${links.join('')}\n</body>`);
      },
    },
  };
}

/**
 * The theme stands before the first paint, and without a request of its own: its script stands in the page itself. The server's policy
 * allows it by its digest (app/http/pages.ts).
 */
function themeFirst(): Plugin {
  const entry = path.resolve(root, 'src/theme/first-paint.ts');
  let script = '';
  return {
    name: 'theme-first',
    async buildStart() {
      const built = await build({
        configFile: false,
        logLevel: 'warn',
        build: { write: false, target: 'es2022', lib: { entry, formats: ['iife'], name: 'theme' } },
      });
      const [output] = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
      if (output?.type !== 'chunk') throw new Error('The script of the theme was not built');
      for (const file of output.moduleIds) this.addWatchFile(file);
      script = output.code.trim();
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => [{ tag: 'script', children: script, injectTo: 'head-prepend' }],
    },
  };
}

/** Builds the three pages of `public/` into `dist/public`: static HTML and hashed assets, no server code. */
export default defineConfig(({ mode }) => ({
  root,
  base: '/',
  publicDir: false,
  cacheDir: path.resolve(root, '../node_modules/.cache/vite'),
  plugins: [
    vue(),
    styleLater(),
    themeFirst(),
    ...(mode === 'development' ? [markBuilds()] : []),
    b24ui({
      // The kit's colour mode knows no portal, which is light whatever the system prefers, and no storage that is refused: src/theme does.
      colorMode: false,
      router: false,
      prose: false,
      mdc: false,
      autoImport: false,
      components: { dts: path.resolve(root, 'components.d.ts') },
      experimental: { componentDetection: true },
      b24ui: { button: { defaultVariants: { color: 'air-secondary-accent-1' } } },
    }),
  ],
  define: { __VUE_OPTIONS_API__: 'false' },
  build: {
    target: 'es2022',
    outDir,
    emptyOutDir: true,
    // Vite's own preload polyfill is not needed by browsers that Bitrix24 supports.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: Object.fromEntries(['app', 'install', 'tab'].map((page) => [page, path.resolve(root, `${page}.html`)])),
    },
  },
}));
