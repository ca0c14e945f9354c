import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConvolutionalRestorer } from '../../../../src/main/engine/denoising/convolutionalRestorer'
import { receptiveRadius } from '../../../../src/main/engine/denoising/receptiveRadius'
import { exportFormat } from '../../../../src/main/engine/exporters/formats'
import { importOnnx } from '../../../../src/main/engine/importers/onnx'
import type { ImportedModel } from '../../../../src/main/engine/importers/importedModel'
import { importSavedModel } from '../../../../src/main/engine/importers/savedModel'
import { parametersFromWeights } from '../../../../src/main/engine/models/weights'
import { readOnnx } from '../../../../src/main/engine/importers/onnxGraph'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'
import { buildInferenceProgram } from '../../../../src/main/engine/training/trainingProgram'
import { noHints } from '../../../../src/shared/importing'
import { codeSize, hasCode, isFullyConvolutional, modelSpecSchema } from '../../../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import { expectClose } from '../../../support/exportedModels'
import { memoryImages } from '../../../support/memoryImages'
import { hasPeersPython } from '../../../support/peersPython'
import { randomNumbers } from '../../../support/randomNumbers'
import { type FloatImage, restoreFloats } from '../../../support/restoring'
import { describeRuntimes } from '../../../support/runtimes'
import { fileOf, makeTorchNetworks, type TorchNetwork, torchNetworks } from '../../../support/torchNetworks'
import { largestDifference, trainWith, withTrainer } from '../../../support/training'
import { bytesByPath } from '../../../support/exportedBytes'

let folder: string
const imported = async (network: TorchNetwork): Promise<ImportedModel> =>
  importOnnx(await readFile(fileOf(folder, network, 'onnx')), network.name, {
    ...noHints,
    input: { height: network.side, width: network.side, channels: network.channels },
  })

const floatsIn = async (path: string) => new Float32Array(new Uint8Array(await readFile(path)).buffer)

/** What a model makes of images, through its code where it has one. */
async function drawn(
  runtime: Runtime,
  { spec, weights }: ImportedModel,
  image: Float32Array,
  sigma: number,
): Promise<Float32Array> {
  const { program, parameters } = buildInferenceProgram(spec, null)
  const compiled = await runtime.compile(program)
  try {
    await compiled.write(parameters.toVariables(parametersFromWeights(spec, weights, 'it')))
    const size = spec.input.height * spec.input.width * spec.input.channels
    const count = image.length / size
    const feeds = { image: { shape: [count, size], data: image } }
    if (hasCode(spec)) {
      const { code } = await compiled.run('encode', feeds)
      expect(code!.shape).toEqual([count, codeSize(spec)])
      const { image: decoded } = await compiled.run('decode', { code: code! })
      return decoded!.data as Float32Array
    }
    const level = { shape: [count, 1], data: new Float32Array(count).fill(sigma) }
    return (await compiled.run('reconstruct', { ...feeds, sigma: level })).output!.data as Float32Array
  } finally {
    await compiled.dispose()
  }
}

describe.skipIf(!hasPeersPython('torch', 'onnx'))('networks made in PyTorch, as they stand', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hourglass-networks-'))
    await makeTorchNetworks(folder)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  describeRuntimes('draw what PyTorch draws', (runtime) => {
    it.each(Object.values(torchNetworks) as TorchNetwork[])('$name', async (network) => {
      const model = await imported(network)
      expect(model.spec.network).toBeDefined()
      const given = await floatsIn(fileOf(folder, network, 'in'))
      const found = await drawn(runtime(), model, given, network.sigma ?? 0)
      expectClose(found, await floatsIn(fileOf(folder, network, 'out')))
    })
  })

  it.each([
    ['strided', { code: 12, anySize: false, level: false }],
    ['unet', { code: 0, anySize: true, level: false }],
    ['ffdnet', { code: 0, anySize: true, level: true }],
    ['drunet', { code: 0, anySize: true, level: true }],
    ['reflected', { code: 256, anySize: true, level: false }],
    ['uneven', { code: 6, anySize: false, level: false }],
    ['attention', { code: 0, anySize: false, level: false }],
    ['nafnet', { code: 0, anySize: false, level: false }],
    ['normed', { code: 0, anySize: false, level: false }],
  ] as const)('are told for what they are: %s', async (name, expected) => {
    const { spec } = await imported(torchNetworks[name])
    const found = { code: codeSize(spec), anySize: isFullyConvolutional(spec), level: spec.noiseLevel }
    expect(found).toEqual(expected)
  })

  it.each(['unet', 'ffdnet', 'drunet', 'reflected'] as const)(
    'restore in tiles what they restore at once: %s',
    async (name) => {
      const { spec, weights } = await imported(torchNetworks[name])
      const values = parametersFromWeights(spec, weights, name)
      const random = randomNumbers(3)
      const { channels } = spec.input
      const side = 2 * receptiveRadius(spec) + 61
      const data = Float32Array.from({ length: side * side * channels }, () => random())
      const image: FloatImage = { height: side, width: side, channels, data }
      const restored = async (tile: number) => {
        const restorer = new ConvolutionalRestorer(createOnnxRuntime(), spec, values, {
          lanes: 1,
          batch: 1,
          tile,
        })
        try {
          return (await restoreFloats(restorer, image, 20)).data
        } finally {
          await restorer.dispose()
        }
      }
      const whole = await restored(512)
      expect(largestDifference(whole, await restored(2 * receptiveRadius(spec) + 16))).toBeLessThan(1e-5)
    },
  )

  it('go out again as ONNX and as a SavedModel, and come back bit for bit', async () => {
    for (const network of Object.values(torchNetworks)) {
      const { spec, weights } = await imported(network)
      const stored = Object.fromEntries(
        Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data, stored: data }]),
      )
      const model = { spec, weights: stored, about: {}, training: trainingConfigSchema.parse({}) }
      const options = { part: 'full', pixels: 'float', precision: 'float32', tiedAs: 'transposes' } as const
      const onnx = bytesByPath(await (await exportFormat('onnx').load!()).write(model, options))
      const again = importOnnx(onnx.get('model.onnx')!, 'model.onnx', noHints)
      expect({ spec: again.spec, notes: again.notes }).toEqual({ spec, notes: [] })
      for (const [name, { data }] of Object.entries(weights)) expect(again.weights[name]!.data).toEqual(data)
      const files = bytesByPath(await (await exportFormat('savedmodel').load!()).write(model, options))
      const saved = await importSavedModel(
        {
          name: 'saved_model.pb',
          bytes: files.get('saved_model.pb')!,
          beside: async (name) => files.get(name)!,
          safetensors: () => ({ weights: {}, metadata: {} }),
        },
        noHints,
      )
      expect(saved.spec).toEqual(spec)
    }
  })

  it('can be trained on', async () => {
    const model = await imported(torchNetworks.strided)
    const random = randomNumbers(8)
    const images = memoryImages(
      Uint8Array.from({ length: 64 * 784 }, (_, i) => (Math.floor(i / 56) % 7 < 3 ? 230 : 20) * random()),
      784,
    )
    const config = trainingConfigSchema.parse({
      ...{ epochs: 12, batchSize: 8, validationSplit: 0 },
      optimizer: { learningRate: 0.005 },
    })
    await withTrainer(createOnnxRuntime(), model.spec, config, images, async (trainer) => {
      await trainer.restore(parametersFromWeights(model.spec, model.weights, 'it'), trainer.position)
      const { metrics } = await trainWith(trainer)
      expect(metrics.at(-1)!.trainLoss).toBeLessThan(0.7 * metrics[0]!.trainLoss)
    })
  })

  it('are refused where an operator is missing, which is named, and where the file is cut short', async () => {
    const bytes = await readFile(fileOf(folder, torchNetworks.unet, 'onnx'))
    const graph = readOnnx(bytes, 'unet')
    // The operator's field, not a name that has it in it.
    const at = bytes.indexOf(Buffer.from([0x22, 4, ...Buffer.from('Relu')])) + 2
    expect(graph.nodes.some(({ op }) => op === 'Relu')).toBe(true)
    const other = Buffer.from(bytes)
    other.write('Sinh', at)
    expect(() => importOnnx(other, 'unet', noHints)).toThrow('operator Sinh')
    expect(() => importOnnx(bytes.subarray(0, bytes.length / 2), 'unet', noHints)).toThrow('cannot be read')
  })
})

describe('a network in a spec', () => {
  const node = { name: 'a', inputs: ['image'], op: 'affine', gain: 2, shift: 0 } as const
  const spec = (network: object) => ({
    ...{ input: { height: 8, width: 8, channels: 1 }, encoder: [], decoder: 'convolution', tying: 'untied' },
    network,
  })

  it.each([
    [
      'reads what is not there',
      { nodes: [{ ...node, inputs: ['b'] }], output: 'a', code: null },
      'reads "b"',
    ],
    ['has a name twice', { nodes: [node, node], output: 'a', code: null }, 'two values called "a"'],
    [
      'has a code that not all goes through',
      {
        nodes: [
          { ...node, name: 'm', op: 'mean' },
          { name: 'a', inputs: ['image', 'm'], op: 'add' },
        ],
        output: 'a',
        code: 'm',
      },
      'so it is no code',
    ],
    [
      'is told the noise and does not say so',
      { nodes: [{ name: 'a', inputs: ['image', 'sigma'], op: 'add' }], output: 'a', code: null },
      'has a noise level',
    ],
    ['gives no image', { nodes: [{ ...node, op: 'mean' }], output: 'a', code: null }, 'gives 1 × 1 × 1'],
    [
      'grows without bounds',
      {
        nodes: Array.from({ length: 8 }, (_, i) => ({
          ...{ op: 'upsample', interpolation: 'nearest', size: 16, name: `u${i}` },
          inputs: [i ? `u${i - 1}` : 'image'],
        })),
        output: 'u7',
        code: null,
      },
      'would give',
    ],
  ])('is refused where it %s', (_, network, sentence) => {
    const parsed = modelSpecSchema.safeParse(spec(network))
    expect(parsed.success).toBe(false)
    expect(parsed.error!.issues.map(({ message }) => message).join()).toContain(sentence)
  })

  it('lies over the image as it does without the noise level, wherever that is read first', () => {
    const reading = (inputs: string[]) =>
      modelSpecSchema.parse({
        ...spec({
          nodes: [
            { name: 'small', inputs: ['image'], op: 'pool', pooling: 'max', size: 2 },
            { name: 'told', inputs, op: 'concat' },
            { name: 'first', inputs: ['told'], op: 'channels', from: 0, count: 1 },
            { name: 'a', inputs: ['first'], op: 'upsample', interpolation: 'nearest', size: 2 },
          ],
          output: 'a',
          code: null,
        }),
        noiseLevel: true,
      })
    for (const inputs of [
      ['small', 'sigma'],
      ['sigma', 'small'],
    ])
      expect(receptiveRadius(reading(inputs))).toBe(4)
  })

  it('goes without an encoder and without tying', () => {
    const network = { nodes: [node], output: 'a', code: null }
    expect(modelSpecSchema.safeParse(spec(network)).success).toBe(true)
    expect(modelSpecSchema.safeParse({ ...spec(network), tying: 'tied' }).success).toBe(false)
    const none = { ...spec(network), network: undefined }
    expect(modelSpecSchema.safeParse(none).error!.issues[0]!.message).toContain('a layer at least')
  })
})
