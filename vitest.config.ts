import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    alias: {
      'embedding-atlas/umap': resolve(import.meta.dirname, 'node_modules/embedding-atlas/dist/umap.js'),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/bench/**'],
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // What tests make is nobody's library.
    env: { HOURGLASS_LIBRARY: 'none' },
  },
})
