import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportFormat } from '../../../../src/main/engine/exporters/formats'
import { parametersFromWeights } from '../../../../src/main/engine/models/weights'
import { importOnnx } from '../../../../src/main/engine/importers/onnx'
import { codeSize } from '../../../../src/shared/modelSpec'
import { sharesKernels } from '../../../../src/shared/network'
import { noHints } from '../../../../src/shared/importing'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'
import { testComputeClient } from '../../../support/commandLine'
import { bytesByPath } from '../../../support/exportedBytes'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { folderOfFile } from '../../../support/testFolder'

describe.skipIf(!hasPeersPython('keras', 'numpy'))('models of the tutorials of Keras and TensorFlow', () => {
  let client: ComputeClient
  let folder: string
  const read = (name: string) =>
    client.call('readModelFile', {
      path: join(folder, name),
      hints: noHints,
      reference: join(folder, `${name.slice(0, name.lastIndexOf('.'))}.npz`),
    })
  beforeAll(async () => {
    client = testComputeClient()
    folder = await folderOfFile()
    const program = await readFile(
      new URL('../../../support/python/tutorial_keras.py', import.meta.url),
      'utf8',
    )
    await runPython(program, folder)
  }, 180_000)
  afterAll(() => client.dispose())

  const codes = {
    blog_simple: 32,
    blog_sparse: 32,
    blog_deep: 32,
    blog_convolutional: 128,
    blog_denoising: 0,
    keras_io_denoising: 0,
    vae: 2,
    vae_with_spread: 2,
    twice: 20,
    tensorflow_denoise: 392,
    code_and_image: 32,
  } as const

  describe.each(['keras', 'h5'])('.%s', (ending) => {
    it.each(Object.entries(codes))(
      '%s gives what Keras gives, by a code of %i numbers',
      async (name, code) => {
        const { spec, proved } = await read(`${name}.${ending}`)
        expect(proved).toBe(true)
        expect(codeSize(spec)).toBe(code)
      },
    )
  })

  it('a model of a class of its own is read by the shapes of its weights', async () => {
    const { proved, notes } = await read('subclassed.keras')
    expect(proved).toBe(true)
    expect(notes.join()).toContain('a class of its own')
  })

  it('a layer that is used twice goes out as one, and comes back as one', async () => {
    const { spec, weights } = await read('twice.keras')
    expect(spec.network && sharesKernels(spec.network)).toBe(true)
    const values = parametersFromWeights(spec, weights, 'twice')
    const stored = Object.fromEntries(
      Object.entries(weights).map(([name, { shape }]) => [
        name,
        { shape, data: values[name]!, stored: values[name]! },
      ]),
    )
    const model = { spec, weights: stored, about: {}, training: trainingConfigSchema.parse({}) }
    const options = { part: 'full', pixels: 'float', precision: 'float32', tiedAs: 'transposes' } as const
    const bytes = bytesByPath(await (await exportFormat('onnx').load!()).write(model, options)).get(
      'model.onnx',
    )!
    expect(importOnnx(bytes, 'model.onnx', noHints).spec).toEqual(spec)
  })
})
