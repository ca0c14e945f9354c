import { describe, expect, it, test } from 'vitest'
import type { z } from 'zod'
import {
  countTrained,
  hasCode,
  inputSize,
  type ModelSpec,
  modelSpecSchema,
} from '../../../../src/shared/modelSpec'
import { parseNoise } from '../../../../src/shared/noise'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { BATCH, sizeOf } from '../../../../src/main/engine/graph/tensor'
import { ssimOfImages } from '../../../../src/main/engine/imaging/ssim'
import { parametersOf } from '../../../../src/main/engine/models/autoencoder'
import { decoderCopies } from '../../../../src/main/engine/models/decoderCopies'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { structuralSimilarity } from '../../../../src/main/engine/models/structuralSimilarity'
import { explicitWeights, parametersFromWeights } from '../../../../src/main/engine/models/weights'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'
import { createOnnxRuntime } from '../../../../src/main/engine/runtimes/onnx/onnxRuntime'
import { createTensorflowRuntime } from '../../../../src/main/engine/runtimes/tensorflow/tensorflowRuntime'
import { asFloats } from '../../../../src/main/engine/training/pixelSource'
import { Trainer } from '../../../../src/main/engine/training/trainer'
import { buildInferenceProgram } from '../../../../src/main/engine/training/trainingProgram'
import { rectangles } from '../../../support/memoryImages'
import { hasTensorflow } from '../../../support/requirements'
import { describeRuntimes, evaluate, floats, withProgram } from '../../../support/runtimes'
import { largestDifference, trainWith } from '../../../support/training'

type SpecInput = z.input<typeof modelSpecSchema>
const side = 12
const input = { height: side, width: side, channels: 1 } as const
const conv = (filters: number, more: object = {}) => ({ type: 'conv', filters, ...more }) as const

const inputs: Record<string, Omit<SpecInput, 'input'>> = {
  'tied, two strides': { encoder: [conv(4, { stride: 2 }), conv(6, { stride: 2, activation: 'linear' })] },
  'untied, a dense code': {
    tying: 'untied',
    encoder: [
      conv(4, { stride: 2 }),
      conv(3, { stride: 2 }),
      { type: 'dense', units: 5, activation: 'linear' },
    ],
  },
  'tied, a dense code': {
    encoder: [conv(4, { stride: 3 }), { type: 'dense', units: 5, activation: 'linear' }],
  },
  'copied, pools': {
    tying: 'copied',
    encoder: [
      conv(4),
      { type: 'pool' },
      conv(4, { kernel: 5 }),
      { type: 'pool', pooling: 'average', upsampling: 'bilinear' },
    ],
  },
  'copied each epoch': { tying: 'copied', copyEvery: 'epoch', encoder: [conv(4, { stride: 2 }), conv(3)] },
  'blocks, SSIM': { block: 2, loss: 'ssim-mae', encoder: [conv(8), conv(4, { activation: 'linear' })] },
  'U-shaped, noise level': {
    tying: 'untied',
    skips: true,
    noiseLevel: true,
    loss: 'charbonnier',
    output: { residual: true },
    encoder: [conv(6, { padding: 'reflect' }), conv(8, { stride: 2 }), conv(8, { stride: 2 })],
  },
  'U-shaped, tied, noise level': {
    skips: true,
    noiseLevel: true,
    encoder: [conv(6), conv(8, { stride: 2 })],
  },
  'U-shaped, copied, noise level': {
    tying: 'copied',
    skips: true,
    noiseLevel: true,
    encoder: [conv(6), conv(8, { stride: 2 })],
  },
  restorer: {
    block: 2,
    noiseLevel: true,
    decoder: 'convolution',
    loss: 'mae',
    output: { residual: true },
    initializer: 'he-normal',
    encoder: [conv(8), conv(8), conv(8)],
  },
  'without the mean': { removeMean: true, encoder: [{ type: 'dense', units: 30 }] },
}
const specs = Object.entries(inputs).map(([name, more]): [string, ModelSpec] => [
  name,
  modelSpecSchema.parse({ input, ...more }),
])
const source = rectangles(64, side)
const config = trainingConfigSchema.parse({
  epochs: 2,
  batchSize: 16,
  validationSplit: 0.25,
  noise: parseNoise('gaussian:0-50'),
})

describe.each(specs)('%s', (_, spec) => {
  it('has as many parameters as it says', () => {
    const { trained } = parametersOf(spec)
    expect(trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(countTrained(spec))
    expect(new Set(trained.map(({ name }) => name)).size).toBe(trained.length)
  })

  it('is read back from explicit weights, which are all that its decoder needs', () => {
    const values = initializeParameters(spec)
    const weights = explicitWeights(spec, values)
    expect(parametersFromWeights(spec, weights, 'file')).toEqual(values)
    if (spec.tying !== 'copied') return
    const copies = decoderCopies(spec, values)
    for (const [name, copy] of Object.entries(copies)) expect(values[name]).toEqual(copy)
  })
})

async function valuesOf(compiledOn: Runtime, spec: ModelSpec) {
  const trainer = await Trainer.create(compiledOn, 'cpu', spec, config, source)
  try {
    const before = await trainer.values()
    const { metrics } = await trainWith(trainer)
    return { before, values: await trainer.values(), metrics }
  } finally {
    await trainer.dispose()
  }
}

describe.skipIf(!hasTensorflow())('the runtimes train alike', () => {
  test.each(specs)('%s', async (_, spec) => {
    const [a, b] = [
      await valuesOf(createOnnxRuntime(), spec),
      await valuesOf(createTensorflowRuntime(), spec),
    ]
    expect(a.metrics.at(-1)!.trainLoss).toBeCloseTo(b.metrics.at(-1)!.trainLoss, 4)
    for (const [name, value] of Object.entries(a.values)) {
      expect(largestDifference(value, b.values[name]!), name).toBeLessThan(1e-3)
      if (!name.includes('/') && name.endsWith('kernel'))
        expect(largestDifference(value, a.before[name]!), name).toBeGreaterThan(1e-4)
    }
  })
})

describeRuntimes('a convolutional model', (runtime) => {
  async function through(spec: ModelSpec, values: Record<string, Float32Array>) {
    const { program, parameters, copies } = buildInferenceProgram(spec, null)
    const pixels = new Uint8Array(3 * inputSize(spec.input))
    await source.readRows(0, 3, pixels)
    return withProgram(runtime(), program, async (compiled) => {
      const copied = Object.fromEntries(copies.map(({ name }) => [name, values[name]!]))
      await compiled.write({ ...parameters.toVariables(values), ...copied })
      const shape = [3, inputSize(spec.input)]
      const { output } = await compiled.run('evaluate', { x: { shape, data: pixels } })
      const image = { shape, data: asFloats(pixels) }
      const feeds = { image, sigma: floats([3, 1], [0, 0, 0]) }
      const reconstructed = await compiled.run('reconstruct', feeds)
      const code = hasCode(spec) ? (await compiled.run('encode', { image })).code! : null
      const decoded = code ? (await compiled.run('decode', { code })).image! : null
      return { output: output!, reconstructed: reconstructed.output!, decoded }
    })
  }

  test.each(specs)('gives the same whole and in parts: %s', async (_, spec) => {
    const { output, reconstructed, decoded } = await through(spec, initializeParameters(spec))
    const difference = (other: typeof output) =>
      largestDifference(other.data as Float32Array, output.data as Float32Array)
    expect(difference(reconstructed)).toBeLessThan(1e-5)
    if (decoded) expect(difference(decoded)).toBeLessThan(1e-5)
    expect(output.data.every(Number.isFinite)).toBe(true)
  })

  test.each(specs.filter(([, spec]) => spec.tying === 'tied' && spec.decoder === 'mirror'))(
    'is the same untied, with the weights written out: %s',
    async (_, spec) => {
      const values = initializeParameters(spec)
      const untied: ModelSpec = { ...spec, tying: 'untied' }
      const explicit = parametersFromWeights(untied, explicitWeights(spec, values), 'file')
      const [a, b] = [await through(spec, values), await through(untied, explicit)]
      expect(largestDifference(a.output.data as Float32Array, b.output.data as Float32Array)).toBeLessThan(
        1e-5,
      )
    },
  )

  test('is told how strong the noise is', async () => {
    const spec = specs.find(([name]) => name === 'restorer')![1]
    const { program, parameters } = buildInferenceProgram(spec, null)
    const image = floats([1, inputSize(input)], new Float32Array(inputSize(input)).fill(0.5))
    await withProgram(runtime(), program, async (compiled) => {
      await compiled.write(parameters.toVariables(initializeParameters(spec)))
      const at = async (sigma: number) =>
        (await compiled.run('reconstruct', { image, sigma: floats([1, 1], [sigma]) })).output!
          .data as Float32Array
      expect(largestDifference(await at(0), await at(50))).toBeGreaterThan(1e-4)
    })
  })

  test('measures SSIM as the evaluation does', async () => {
    const shape = { height: 16, width: 14, channels: 3 } as const
    const size = inputSize(shape)
    const [a, b] = [0, 1].map((shift) =>
      Float32Array.from({ length: 2 * size }, (_, i) => Math.abs(Math.sin(i * 0.37 + shift * 0.2 * i))),
    )
    const [x, y] = [placeholder('x', [BATCH, size]), placeholder('y', [BATCH, size])]
    const feeds = { x: floats([2, size], a!), y: floats([2, size], b!) }
    const { ssim } = await evaluate(runtime(), { ssim: structuralSimilarity(x, y, shape) }, feeds)
    const expected = ssimOfImages(a!, b!, shape)
    expect(largestDifference(ssim!.data as Float32Array, Float32Array.from(expected))).toBeLessThan(1e-4)
  })
})

describe('what does not go together is refused with a sentence', () => {
  it.each([
    ['dense layers last', { encoder: [{ type: 'dense', units: 3 }, conv(3)] }],
    ['choose tied, untied or copied', { tying: 'pseudo-inverse', encoder: [conv(3)] }],
    ['not made of blocks of 4', { block: 4, input: { ...input, width: 14 }, encoder: [conv(3)] }],
    ['need convolutional layers', { block: 2, encoder: [{ type: 'dense', units: 3 }] }],
    ['A noise level goes with skips', { noiseLevel: true, encoder: [conv(3)] }],
    ['put one first', { noiseLevel: true, skips: true, encoder: [{ type: 'pool' }, conv(3)] }],
    ['convolutions with stride 1', { decoder: 'convolution', encoder: [conv(3, { stride: 2 })] }],
    ['Skips go with a mirrored', { decoder: 'convolution', skips: true, encoder: [conv(3)] }],
    ['cannot divide 3 × 3', { encoder: [conv(3, { stride: 4 }), { type: 'pool' }] }],
    ['must be linear', { output: { residual: true, activation: 'relu' }, encoder: [conv(3)] }],
    ['a window of 11', { loss: 'ssim-mae', input: { ...input, height: 8 }, encoder: [conv(3)] }],
  ] as const)('%s', (sentence, more) => {
    const parsed = modelSpecSchema.safeParse({ input, ...more })
    expect(parsed.error?.issues[0]?.message).toContain(sentence)
  })
})
