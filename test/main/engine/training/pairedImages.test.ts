import { describe, expect, it, test } from 'vitest'
import { AugmentedBatches } from '../../../../src/main/engine/training/augmentedBatches'
import {
  joinPairs,
  pairImages,
  rowShape,
  splitPairs,
  targetsOf,
} from '../../../../src/main/engine/training/pairedImages'
import {
  type ImageSource,
  middlePatches,
  PatchBatches,
} from '../../../../src/main/engine/training/patchBatches'
import { ShuffledBatches } from '../../../../src/main/engine/training/shuffledBatches'
import { modelSpecSchema } from '../../../../src/shared/modelSpec'
import { pairsNoise } from '../../../../src/shared/noise'
import { memoryImages } from '../../../support/memoryImages'
import { randomNumbers } from '../../../support/randomNumbers'
import { describeRuntimes } from '../../../support/runtimes'
import { trainWith, withTrainer } from '../../../support/training'

const shape = { height: 10, width: 12, channels: 3 } as const
const size = 10 * 12 * 3
const count = 6

/** Pictures of noise, and each with its values turned over. */
function negatives(): ImageSource {
  const random = randomNumbers(3)
  const clean = Uint8Array.from({ length: count * size }, () => Math.floor(256 * random()))
  const source = (pixels: Uint8Array): ImageSource => ({ ...memoryImages(pixels, size), shape })
  return pairImages(source(clean), source(clean.map((value) => 255 - value)))
}

const all = Uint8Array.from({ length: count }, (_, i) => i)
const rows = Uint32Array.from(all)

/** Whether each damaged value is still the one of its clean value. */
function expectTogether(pairs: Uint8Array): void {
  const clean = new Uint8Array(pairs.length / 2)
  const damaged = new Float32Array(clean.length)
  splitPairs(pairs, 3, clean, damaged)
  clean.forEach((value, i) => expect(damaged[i]! * 255).toBeCloseTo(255 - value, 3))
  expect(new Set(clean).size).toBeGreaterThan(8)
}

describe('pairs of images', () => {
  it('come apart as they were joined', () => {
    const clean = Uint8Array.from({ length: 12 }, (_, i) => i)
    const damaged = Uint8Array.from({ length: 12 }, (_, i) => 100 + i)
    const pairs = new Uint8Array(24)
    joinPairs(clean, damaged, 3, pairs)
    expect([...pairs.subarray(0, 6)]).toEqual([0, 1, 2, 100, 101, 102])
    const [first, second] = [new Uint8Array(12), new Float32Array(12)]
    splitPairs(pairs, 3, first, second)
    expect(first).toEqual(clean)
    expect(Array.from(second, (value) => Math.round(255 * value))).toEqual([...damaged])
  })

  it('are cut, flipped, turned and moved together', async () => {
    const source = negatives()
    const patch = { height: 4, width: 4, channels: 3 } as const
    const patches = new PatchBatches(source, rows, 1, patch, { perImage: 3, augment: true })
    const cut = new Uint8Array(patches.imagesPerEpoch * 4 * 4 * 6)
    await (await patches.epoch(0, 0)).next(patches.imagesPerEpoch, cut)
    expectTogether(cut)

    const shuffled = new ShuffledBatches(source, rows, 1)
    const change = { flip: true, shift: 0.2 }
    const moved = new AugmentedBatches(shuffled, rowShape(shape, true), change, 1)
    const images = new Uint8Array(count * 2 * size)
    await (await moved.epoch(0, 0)).next(count, images)
    expectTogether(images)

    const middle = middlePatches(source, patch)
    const shown = new Uint8Array(count * middle.rowBytes)
    await middle.readRows(0, count, shown)
    expectTogether(shown)
  })

  it('give their clean images alone', async () => {
    const source = negatives()
    const targets = targetsOf(source)
    const pairs = new Uint8Array(2 * source.rowBytes)
    await source.readRows(2, 2, pairs)
    const clean = new Uint8Array(2 * size)
    splitPairs(pairs, 3, clean, null)
    const read = new Uint8Array(2 * size)
    await targets.readRows(2, 2, read)
    expect(read).toEqual(clean)
    expect(targets.rowBytes).toBe(size)
  })
})

describeRuntimes('a training on pairs', (runtime) => {
  test('has the damaged picture as input and the clean one as target', async () => {
    const spec = modelSpecSchema.parse({
      input: { height: 8, width: 8, channels: 3 },
      encoder: [{ type: 'conv', filters: 8, kernel: 1 }],
      decoder: 'convolution',
      output: { residual: false },
    })
    const config = {
      ...{ epochs: 12, batchSize: 4, noise: pairsNoise, validationSplit: 0.2, imagesPerEpoch: 40 },
      ...{ patches: { perImage: 2 }, optimizer: { learningRate: 0.02 } },
    }
    await withTrainer(runtime(), spec, config, negatives(), async (trainer) => {
      const { clean, input } = await trainer.reconstruct(rows.subarray(0, 3))
      clean.forEach((value, i) => expect(255 * input[i]!).toBeCloseTo(255 - value, 2))
      const { metrics } = await trainWith(trainer)
      expect(trainer.imagesPerEpoch).toBe(40)
      expect(trainer.images.rowBytes).toBe(8 * 8 * 3)
      // A network of this size turns values over; noise is far from what it is fed.
      expect(metrics.at(-1)!.valLoss!).toBeLessThan(metrics[0]!.valLoss! / 2)
    })
  })
})
