import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharesKernels } from '../../../../src/shared/network'
import { noHints } from '../../../../src/shared/importing'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'
import { encodeNpy } from '../../../../src/main/store/npy'
import { zipSync } from 'fflate'
import { testComputeClient } from '../../../support/commandLine'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { hasCases, sharedCases } from '../../../support/requirements'
import { folderOfFile } from '../../../support/testFolder'

let client: ComputeClient
beforeAll(() => void (client = testComputeClient()))
afterAll(() => client.dispose())

const read = (path: string, reference?: string) =>
  client.call('readModelFile', { path, hints: noHints, ...(reference === undefined ? {} : { reference }) })

describe.skipIf(!hasCases())('the Keras layer of the question that Hourglass grew out of', () => {
  const cases = join(sharedCases, 'models')
  const reference = join(cases, 'seed000_tied_custom.ref.npz')

  it.each(['seed000_tied_custom.keras', 'seed000_tied_custom.h5'])('%s is tied', async (name) => {
    const unproved = await read(join(cases, name))
    expect(unproved.spec).toMatchObject({ tying: 'tied', output: { activation: 'sigmoid' } })
    expect(Object.keys(unproved.weights).sort()).toEqual([
      'decoder.0.bias',
      'encoder.0.bias',
      'encoder.0.kernel',
    ])
    expect(unproved.proved).toBe(false)
    expect(unproved.notes.join()).toMatch(/reads the encoder's kernel, transposed: .+ that of "dense_20"/)
    expect(unproved.notes.join()).toContain('Not proved')
    const proved = await read(join(cases, name), reference)
    expect(proved.proved).toBe(true)
    expect(proved.notes.join()).toContain('for the 8 images')
  })

  it('a reference that says something else is not passed over', async () => {
    const folder = await folderOfFile()
    const wrong = join(folder, 'wrong.npz')
    const array = (value: number) => encodeNpy({ shape: [1, 784], data: new Float32Array(784).fill(value) })
    await writeFile(wrong, zipSync({ 'x.npy': array(0.5), 'y.npy': array(0.1) }))
    const path = join(cases, 'seed000_tied_custom.keras')
    await expect(read(path, wrong)).rejects.toThrow(/^wrong.npz does not fit the model: .+ONNX\.$/)
    await writeFile(wrong, zipSync({ 'a.npy': array(0.5) }))
    await expect(read(path, wrong)).rejects.toThrow('numpy.savez')
    await writeFile(wrong, await readFile(path))
    await expect(read(path, wrong)).rejects.toThrow('numpy.savez')
  })
})

describe.skipIf(!hasPeersPython('keras', 'numpy'))(
  'decoders that read their encoder’s kernels, in Keras',
  () => {
    let folder: string
    beforeAll(async () => {
      folder = await folderOfFile()
      const program = await readFile(
        new URL('../../../support/python/tied_keras.py', import.meta.url),
        'utf8',
      )
      await runPython(program, folder)
    }, 180_000)

    describe.each(['keras', 'h5'])('.%s', (ending) => {
      it.each([
        ...[
          'geron_relu',
          'tied',
          'square',
          'no_bias',
          'deep',
          'unfolded',
          'apart',
          'copied',
          'convolutions',
          'both',
        ],
        ...['geron_selu', 'between', 'whole'],
      ])('%s is tied, and gives what Keras gives', async (name) => {
        const { spec, weights, proved } = await read(
          join(folder, `${name}.${ending}`),
          join(folder, `${name}.npz`),
        )
        expect(proved).toBe(true)
        const isTied = spec.network ? sharesKernels(spec.network) : spec.tying === 'tied'
        expect(isTied).toBe(true)
        const kernels = Object.entries(weights).filter(([part]) => part.endsWith('kernel'))
        // Each kernel is there once: no two have as many numbers, but for square ones.
        if (name !== 'square')
          expect(new Set(kernels.map(([, { data }]) => data.length)).size).toBe(kernels.length)
      })

      it.each(['linear', 'stack', 'halves'])(
        '%s, layers of a class of its own that are dense',
        async (name) => {
          const { proved, notes } = await read(join(folder, `${name}.${ending}`), join(folder, `${name}.npz`))
          expect(proved).toBe(true)
          expect(notes.join()).toContain('whose code is not in the file')
        },
      )
    })
  },
)
