import { resolve } from 'node:path'
import { defineConfig } from 'electron-vite'

const entry = (file: string) => resolve(import.meta.dirname, 'src/main', file)

/** The main process side: the command line and the compute worker. Preload and renderer join with the window. */
export default defineConfig({
  main: {
    build: {
      target: 'node20',
      minify: false,
      sourcemap: true,
      rollupOptions: {
        input: { cli: entry('cli/main.ts'), computeWorker: entry('worker/computeWorker.ts') },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
})
