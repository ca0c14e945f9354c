import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { bundled } from './src/main/setup/packaging/bundled.mjs'

const umap = resolve(import.meta.dirname, 'node_modules/embedding-atlas/dist/umap.js')

const source = (file: string) => resolve(import.meta.dirname, 'src', file)

/** What vue-i18n leaves out: its older interface, and its developer tools. */
const i18nFlags = {
  __VUE_I18N_FULL_INSTALL__: 'true',
  __VUE_I18N_LEGACY_API__: 'false',
  __INTLIFY_PROD_DEVTOOLS__: 'false',
  __VUE_OPTIONS_API__: 'true',
  __VUE_PROD_DEVTOOLS__: 'false',
}

export default defineConfig({
  main: {
    // Its package names only the viewer as an entry.
    resolve: { alias: { 'embedding-atlas/umap': umap } },
    build: {
      target: 'node20',
      externalizeDeps: { exclude: bundled },
      minify: false,
      sourcemap: true,
      rollupOptions: {
        input: {
          index: source('main/index.ts'),
          cli: source('main/cli/main.ts'),
          computeWorker: source('main/computeWorker.ts'),
          tensorflowProbe: source('main/tensorflowProbe.ts'),
          decodeWorker: source('main/features/pictures/foreign/decodeWorker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload is one CommonJS file.
      rollupOptions: {
        input: { index: source('preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: source('renderer'),
    plugins: [vue()],
    define: i18nFlags,
    build: { rollupOptions: { input: source('renderer/index.html') }, target: 'chrome140' },
  },
})
