import { describe, expect, it } from 'vitest'
import { type LayerSpec, type ModelSpec, modelSpecSchema } from '../../../../src/shared/modelSpec'
import {
  canStartFromImages,
  initializeFromImages,
} from '../../../../src/main/engine/models/initializeFromImages'
import { fitPca, projectPca, reconstructPca } from '../../../../src/main/engine/projection/pca'
import { asFloats } from '../../../../src/main/engine/training/pixelSource'
import { type MemoryImages, memoryImages, rectangles } from '../../../support/memoryImages'
import { randomNumbers } from '../../../support/randomNumbers'
import { describeRuntimes } from '../../../support/runtimes'
import { largestDifference, specOf, trainWith, withTrainer } from '../../../support/training'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'

type Layer = Partial<LayerSpec> & { type: LayerSpec['type'] }

const specWith = (
  encoder: readonly Layer[],
  more: Partial<ModelSpec> & { side?: number; channels?: 1 | 3 } = {},
): ModelSpec => {
  const { side = 8, channels = 1, ...rest } = more
  return modelSpecSchema.parse({
    input: { height: side, width: side, channels },
    encoder,
    initializer: 'pca',
    ...rest,
  })
}

const dense = (units: number, activation: string): Layer =>
  ({ type: 'dense', units, activation }) as unknown as Layer
const conv = (filters: number, kernel: number, activation: string): Layer =>
  ({ type: 'conv', stride: 2, filters, kernel, activation }) as unknown as Layer

/** Images whose pixels have nothing to do with each other, so that all axes are needed. */
function noise(count: number, size: number): MemoryImages {
  const random = randomNumbers(3)
  return memoryImages(
    Uint8Array.from({ length: count * size }, () => Math.floor(random() * 256)),
    size,
  )
}

async function pixelsOf(images: MemoryImages): Promise<Float32Array> {
  const bytes = new Uint8Array(images.count * images.rowBytes)
  await images.readRows(0, images.count, bytes)
  return asFloats(bytes)
}

/** What the model gives for all images before its first step. */
const untrained = (runtime: Runtime, spec: ModelSpec, images: MemoryImages) =>
  withTrainer(runtime, spec, { validationSplit: 0 }, images, async (trainer) => {
    const { output } = await trainer.reconstruct(Uint32Array.from({ length: images.count }, (_, i) => i))
    return output
  })

function keptByPca(values: Float32Array, dimensions: number, components: number): Float32Array {
  const pca = fitPca(values, dimensions, components)
  return reconstructPca(pca, projectPca(pca, values))
}

/** Rectangles whose edges are softer above and below, with their mirror images: pixels of a 2 × 2 block have one mean. */
async function symmetricImages(): Promise<MemoryImages> {
  const images = rectangles(60)
  const one = new Uint8Array(images.rowBytes)
  const all: number[] = []
  for (let image = 0; image < images.count; image++) {
    await images.readRows(image, 1, one)
    const soft = one.map((value, i) => 0.75 * value + 0.25 * one[i ^ 8]!)
    for (const [across, down] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const)
      for (let y = 0; y < 8; y++)
        for (let x = 0; x < 8; x++) all.push(soft[8 * (down ? 7 - y : y) + (across ? 7 - x : x)]!)
  }
  return memoryImages(Uint8Array.from(all), 64)
}

/** Moves pixels between images of 8 × 8 and their blocks of 2 × 2. */
function blocksOf(images: Float32Array, to: 'blocks' | 'images' = 'blocks'): Float32Array {
  const out = new Float32Array(images.length)
  for (let i = 0; i < images.length; i++) {
    const [image, y, x] = [Math.floor(i / 64), Math.floor((i % 64) / 8), i % 8]
    const block = 16 * image + 4 * Math.floor(y / 2) + Math.floor(x / 2)
    const at = 4 * block + 2 * (y % 2) + (x % 2)
    if (to === 'blocks') out[at] = images[i]!
    else out[i] = images[at]!
  }
  return out
}

describeRuntimes('a dense model that starts from images', (runtime) => {
  const images = rectangles(150)

  it.each(
    (['tied', 'untied', 'copied'] as const).flatMap((tying) =>
      (['relu', 'leaky-relu', 'linear'] as const).map((activation) => [tying, activation] as const),
    ),
  )('reconstructs as PCA does: %s, %s', async (tying, activation) => {
    const spec = specWith([dense(70, activation), dense(31, activation), dense(6, 'linear')], { tying })
    const expected = keptByPca(await pixelsOf(images), 64, 6)
    const output = await untrained(runtime(), spec, images)
    expect(largestDifference(output, expected)).toBeLessThan(1e-3)
  })

  it('does so where images have more values than there are images, and where images span less than the code', async () => {
    const large = rectangles(120, 24)
    const spec = specOf([80, 10], {
      input: { height: 24, width: 24, channels: 1 },
      encoder: [dense(80, 'relu'), dense(10, 'linear')] as never,
      initializer: 'pca',
    })
    const pca = keptByPca(await pixelsOf(large), 576, 10)
    expect(largestDifference(await untrained(runtime(), spec, large), pca)).toBeLessThan(1e-3)
    const few = rectangles(4)
    const wide = specWith([dense(40, 'relu'), dense(12, 'linear')])
    expect(largestDifference(await untrained(runtime(), wide, few), await pixelsOf(few))).toBeLessThan(1e-3)
  })

  it('trains on from there, and gets better than PCA', async () => {
    const spec = specWith([dense(70, 'relu'), dense(6, 'linear')])
    const config = { epochs: 6, batchSize: 16, validationSplit: 0 }
    const values = await pixelsOf(images)
    const pca = keptByPca(values, 64, 6)
    const pcaLoss = values.reduce((sum, value, i) => sum + (value - pca[i]!) ** 2, 0) / values.length
    await withTrainer(runtime(), spec, config, images, async (trainer) => {
      const { metrics } = await trainWith(trainer)
      expect(metrics[0]!.trainLoss).toBeLessThan(2 * pcaLoss)
      expect(metrics.at(-1)!.trainLoss).toBeLessThan(pcaLoss)
    })
  })
})

describeRuntimes('a model of convolutions that starts from images', (runtime) => {
  it.each([
    ['kernels of 2', 8, 1, 2],
    ['kernels of 4', 8, 1, 4],
    ['kernels of 2 on blocks', 8, 2, 2],
    ['kernels of 4 on blocks', 8, 2, 4],
    ['kernels of 2, an odd side', 7, 1, 2],
    ['kernels of 4, an odd side', 7, 1, 4],
  ] as const)('gives back the images where it keeps everything: %s', async (_, side, block, kernel) => {
    const perBlock = 4 * block * block
    for (const [channels, activation, tying] of [
      [1, 'relu', 'tied'],
      [3, 'leaky-relu', 'untied'],
    ] as const) {
      const images = noise(100, side * side * channels)
      const first = perBlock * channels
      const encoder = [conv(2 * first + 3, kernel, activation), conv(4 * first, kernel, 'linear')]
      const spec = specWith(encoder, { side, channels, block, tying })
      const output = await untrained(runtime(), spec, images)
      expect(largestDifference(output, await pixelsOf(images))).toBeLessThan(1e-4)
    }
  })

  it('gives back the images through a dense code as large as they are', async () => {
    const images = noise(100, 64)
    const spec = specWith([conv(8, 4, 'relu'), dense(64, 'linear')])
    const output = await untrained(runtime(), spec, images)
    expect(largestDifference(output, await pixelsOf(images))).toBeLessThan(1e-4)
  })

  it.each([
    ['one layer', [conv(2, 2, 'linear')]],
    ['a padded kernel', [conv(2, 4, 'linear')]],
    ['two layers', [conv(4, 4, 'relu'), conv(8, 2, 'linear')]],
  ])('keeps of blocks what their PCA keeps: %s', async (_, encoder) => {
    const images = await symmetricImages()
    const pixels = await pixelsOf(images)
    const expected = blocksOf(keptByPca(blocksOf(pixels), 4, 2), 'images')
    expect(largestDifference(expected, pixels)).toBeGreaterThan(0.1)
    const output = await untrained(runtime(), specWith(encoder), images)
    expect(largestDifference(output, expected)).toBeLessThan(1e-3)
  })
})

const unable: [string, ModelSpec][] = [
  ['a sigmoid inside', specWith([dense(20, 'sigmoid'), dense(6, 'linear')])],
  ['a pool', specWith([conv(8, 2, 'relu'), { type: 'pool', size: 2 } as Layer, dense(6, 'linear')])],
  ['skips', specWith([conv(8, 2, 'relu'), conv(8, 2, 'linear')], { skips: true })],
  ['a code of ReLU', specWith([dense(20, 'relu'), dense(6, 'relu')])],
  [
    'an output that is not linear',
    specWith([dense(20, 'relu'), dense(6, 'linear')], { output: { activation: 'sigmoid', residual: false } }),
  ],
]
const inverse = specWith([dense(20, 'relu'), dense(6, 'linear')], { tying: 'pseudo-inverse' })

describe('initializeFromImages', () => {
  it.each([...unable, ['a decoder that is the pseudo-inverse', inverse] as const])(
    'says that it cannot: %s',
    async (_, spec) => {
      expect(canStartFromImages(spec)).toBe(false)
      expect(initializeFromImages(spec, await pixelsOf(rectangles(30)))).toBeNull()
    },
  )

  it('gives the same values from the same seed, and others where units are to spare', async () => {
    const pixels = await pixelsOf(rectangles(100))
    const spec = specWith([dense(150, 'relu'), dense(6, 'linear')], { seed: 5 })
    const values = initializeFromImages(spec, pixels)!
    expect(initializeFromImages(spec, pixels)).toEqual(values)
    const others = initializeFromImages({ ...spec, seed: 6 }, pixels)!
    // The axes stand in the first units, twice; those to spare come after them.
    const unitsThatDiffer = new Set<number>()
    values['encoder.0.kernel']!.forEach((value, i) => {
      if (value !== others['encoder.0.kernel']![i]) unitsThatDiffer.add(i % 150)
    })
    expect(Math.min(...unitsThatDiffer)).toBeGreaterThan(20)
    expect(Math.max(...unitsThatDiffer)).toBe(149)
    expect(others['encoder.1.kernel']).toEqual(values['encoder.1.kernel'])
  })
})

describeRuntimes('a model that cannot start from images', (runtime) => {
  it.each(unable)('trains all the same: %s', async (_, spec) => {
    const config = {
      epochs: 8,
      batchSize: 16,
      validationSplit: 0,
      optimizer: { learningRate: 0.005 },
    }
    await withTrainer(runtime(), spec, config, rectangles(150), async (trainer) => {
      const { metrics } = await trainWith(trainer)
      expect(metrics.at(-1)!.trainLoss).toBeLessThan(0.8 * metrics[0]!.trainLoss)
    })
  })
})
