import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SHARE_ENV, Worker } from 'node:worker_threads'
import { build } from 'vite'
import { expect, test } from 'vitest'
import { hasTensorflow, root } from '../../../support/requirements'

type Names = readonly ('onnx' | 'tensorflow')[]

/** A worker can only run JavaScript; inside the checkout it finds the native libraries. */
async function buildWorker(folder: string): Promise<URL> {
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      ssr: resolve(import.meta.dirname, 'fixtureWorker.ts'),
      outDir: folder,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'worker.mjs' } },
    },
  })
  return pathToFileURL(join(folder, 'worker.mjs'))
}

/** What a worker posts that is terminated as soon as it has, with its programs still there. */
async function lossesIn(url: URL, names: Names): Promise<number[]> {
  const worker = new Worker(url, { workerData: names, env: SHARE_ENV })
  try {
    const [losses] = (await once(worker, 'message')) as [number[]]
    return losses
  } finally {
    await worker.terminate()
  }
}

const lists: Names[] = [
  ['onnx'],
  ...(hasTensorflow() ? ([['tensorflow'], ['tensorflow', 'onnx']] as const) : []),
]

test.each(lists.map((names) => [names.join(' and '), names] as const))(
  '%s in two workers, one after the other',
  async (_, names) => {
    const folder = await mkdtemp(join(root, 'node_modules/.hourglass-test-'))
    try {
      const url = await buildWorker(folder)
      const first = await lossesIn(url, names)
      expect(first).toHaveLength(20 * names.length)
      expect(first[19]).toBeLessThan(first[0]! / 2)
      expect(await lossesIn(url, names)).toEqual(first)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
)
