import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take a minute or more: begun first, so that no core waits for the last of them at the end. */
const long = [
  'mnist',
  'quality',
  'exporters/',
  'importers/importChain',
  'importers/strangers',
  'cli/train',
  'trainer',
  'runtimesAgree',
  'umap',
  'denoiseService',
  'setup/package',
]

class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = long.findIndex((name) => moduleId.includes(name))
      return at < 0 ? long.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

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
    // One more than CI has cores, since many tests wait for programs that they start.
    maxWorkers: 3,
    sequence: { sequencer: LongOnesFirst },
    // What tests make is nobody's library.
    env: { HOURGLASS_LIBRARY: 'none' },
  },
})
