import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { add } from '../../../../src/main/engine/graph/ops/arithmetic'
import { createVariable } from '../../../../src/main/engine/graph/variable'
import type { ImportedModel } from '../../../../src/main/engine/importers/importedModel'
import { readOnnx } from '../../../../src/main/engine/importers/onnxGraph'
import { importSafetensors } from '../../../../src/main/engine/importers/safetensors'
import { parametersFromWeights } from '../../../../src/main/engine/models/weights'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { runOnnxFile } from '../../../../src/main/engine/runtimes/onnx/runOnnxFile'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'
import { buildInferenceProgram } from '../../../../src/main/engine/training/trainingProgram'
import { hasCode } from '../../../../src/shared/modelSpec'
import { type ImportHints, noHints } from '../../../../src/shared/importing'
import type { ComputeClient } from '../../../../src/main/worker/computeClient'
import { testComputeClient } from '../../../support/commandLine'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { randomNumbers } from '../../../support/randomNumbers'
import { hasCases, sharedCases } from '../../../support/requirements'
import { describeRuntimes } from '../../../support/runtimes'
import { folderOfFile } from '../../../support/testFolder'
import { largestDifference } from '../../../support/training'

const caseOf = (name: string) => join(sharedCases, 'models', name)
let client: ComputeClient
beforeAll(() => void (client = testComputeClient()))
afterAll(() => client.dispose())

/** As the app reads it: an ONNX file is compared with what ONNX Runtime makes of it. */
const read = (path: string, hints: Partial<ImportHints> = {}) =>
  client.call('readModelFile', { path, hints: { ...noHints, ...hints } })

/** What a model gives for images in 0..1, channels last, compiled for use or, with a variable that changes, for training. */
async function given(
  runtime: Runtime,
  { spec, weights }: Pick<ImportedModel, 'spec' | 'weights'>,
  image: Float32Array,
  form: 'training' | 'inference' = 'inference',
): Promise<Float32Array> {
  const { program, parameters } = buildInferenceProgram(spec, null)
  const counter = createVariable('counter', [1])
  const count = { name: 'count', outputs: {}, updates: new Map([[counter, add(counter.value, 1)]]) }
  const compiled = await runtime.compile(
    form === 'inference'
      ? program
      : { variables: [...program.variables, counter], functions: [...program.functions, count] },
  )
  try {
    await compiled.write(parameters.toVariables(parametersFromWeights(spec, weights, 'it')))
    const size = spec.input.height * spec.input.width * spec.input.channels
    const feeds = { image: { shape: [image.length / size, size], data: image } }
    if (!hasCode(spec)) return (await compiled.run('reconstruct', feeds)).output!.data as Float32Array
    const { code } = await compiled.run('encode', feeds)
    return (await compiled.run('decode', { code: code! })).image!.data as Float32Array
  } finally {
    await compiled.dispose()
  }
}

/** So many rows as columns. */
function turned(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows
  return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!)
}

const random = randomNumbers(12)
const pixels = (count: number) => Float32Array.from({ length: count }, () => random())

describe.skipIf(!hasCases())('models that were once computed wrong', () => {
  describeRuntimes('channel attention, in training and in use', (runtime) => {
    it.each(['sca.onnx', 'sca8.onnx'])('%s', async (name) => {
      const model = await read(caseOf(name))
      expect(model.notes.join()).not.toContain('could not be compared')
      const { height, width, channels } = model.spec.input
      const image = pixels(height * width * channels)
      const fed = readOnnx(await readFile(caseOf(name)), name).inputs[0]!.name
      const planes = { shape: [1, channels, height, width], data: turned(image, height * width) }
      const said = await runOnnxFile(caseOf(name), { [fed]: planes })
      const expected = turned(Object.values(said)[0] as Float32Array, channels)
      for (const form of ['training', 'inference'] as const)
        expect(largestDifference(await given(runtime(), model, image, form), expected)).toBeLessThan(1e-5)
    })
  })

  it.each([
    'sca.onnx',
    'h_add_along_width.onnx',
    'h_resize_nearest_half_pixel_ceil.onnx',
    'groupnorm.onnx',
    'dncnn_ext.onnx',
    'uncertainty_then_image.onnx',
  ])('%s is what ONNX Runtime makes of it', async (name) => {
    const { proved, original } = await read(caseOf(name))
    expect(proved).toBe(true)
    expect(original).toBeUndefined()
  })

  it.each(['groupnorm.onnx', 'dncnn_ext.onnx', 'sca8.onnx'])('%s is imported', async (name) => {
    expect((await read(caseOf(name))).spec.input.channels).toBeGreaterThan(0)
  })

  it('a decoder that reads the transpose of its encoder’s kernel is tied: tied.dyn18.onnx', async () => {
    const { spec, weights, notes } = await read(caseOf('tied.dyn18.onnx'))
    expect(spec.tying).toBe('tied')
    expect(Object.keys(weights).filter((name) => name.endsWith('kernel'))).toEqual(['encoder.0.kernel'])
    expect(notes.join()).not.toContain('could not be compared')
  })

  it('says which of several images it takes', async () => {
    expect((await read(caseOf('uncertainty_then_image.onnx'))).notes.join()).toMatch(
      /2 images, of which "(?!sigma).+" is taken/,
    )
  })

  it('takes bytes and gives shares of white: in255_out1.keras', async () => {
    const model = await read(caseOf('in255_out1.keras'))
    expect(model.notes.join()).toContain('take images in 0..255')
    const { height, width } = model.spec.input
    const ramp = Float32Array.from({ length: height * width }, (_, i) => ((i % width) * 8) / 255)
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(ramp) * 255).toBeCloseTo(124, 0)
    expect(mean(await given(createOnnxRuntime(), model, ramp)) * 255).toBeCloseTo(124, 0)
  })

  it.skipIf(!hasPeersPython('keras', 'numpy')).each(['two_outputs_second_used.keras', 'k2_bn_axis1.keras'])(
    '%s draws what Keras draws, though channels are as many as rows',
    async (name) => {
      const model = await read(caseOf(name))
      const { height, width, channels } = model.spec.input
      const image = pixels(height * width * channels)
      const said = await runPython(
        `
import json, os, sys
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras, numpy as np
model = keras.models.load_model(sys.argv[1])
x = np.array(json.loads(sys.argv[2]), dtype=np.float32).reshape((1,) + tuple(model.input_shape[1:]))
print(json.dumps(np.asarray(model(x)).ravel().tolist()))`,
        caseOf(name),
        JSON.stringify([...image]),
      )
      const expected = Float32Array.from(JSON.parse(said.trim().split('\n').at(-1)!) as number[])
      expect(largestDifference(await given(createOnnxRuntime(), model, image), expected)).toBeLessThan(1e-5)
    },
  )

  it('weights beside an ONNX file are read within its folder, and within the file', async () => {
    const folder = await folderOfFile()
    const [model, data] = [join(folder, 'dncnn_ext.onnx'), join(folder, 'dncnn_ext.onnx.data')]
    await copyFile(caseOf('dncnn_ext.onnx'), model)
    await expect(read(model)).rejects.toThrow('dncnn_ext.onnx.data')
    await writeFile(data, new Uint8Array(16))
    await expect(read(model)).rejects.toThrow('behind the end of dncnn_ext.onnx.data')
    const bytes = await readFile(caseOf('dncnn_ext.onnx'))
    const elsewhere = Buffer.from(
      bytes.toString('latin1').replaceAll('dncnn_ext.onnx.data', () => '../etc/secret.dat/x'),
      'latin1',
    )
    await writeFile(model, elsewhere)
    await expect(read(model)).rejects.toThrow('not the name of a file beside it')
  })
})

it('a state_dict whose code has an activation is given one, and what is assumed is said', () => {
  const tensor = (...shape: number[]) => ({ shape, data: pixels(shape.reduce((a, b) => a * b, 1)) })
  const weights = {
    'encoder.0.weight': tensor(20, 64),
    'encoder.2.weight': tensor(6, 20),
    'decoder.0.weight': tensor(20, 6),
    'decoder.2.weight': tensor(64, 20),
  }
  const codeOf = (hints: Partial<ImportHints>) => {
    const { spec, notes } = importSafetensors(weights, {}, 'it', { ...noHints, output: 'sigmoid', ...hints })
    return [(spec.encoder[1] as { activation: string }).activation, notes.join().includes('code')]
  }
  expect(codeOf({})).toEqual(['linear', true])
  expect(codeOf({ hidden: 'relu' })).toEqual(['relu', true])
  expect(codeOf({ hidden: 'relu', code: 'relu' })).toEqual(['relu', false])
  expect(codeOf({ hidden: 'relu', code: 'linear' })).toEqual(['linear', false])
})
