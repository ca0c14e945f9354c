import { describe, expect, it } from 'vitest'
import type { InputShape } from '../../../../src/shared/modelSpec'
import type { Augmentation } from '../../../../src/shared/trainingConfig'
import { AugmentedBatches } from '../../../../src/main/engine/training/augmentedBatches'
import { ShuffledBatches } from '../../../../src/main/engine/training/shuffledBatches'
import { memoryImages } from '../../../support/memoryImages'
import { randomNumbers } from '../../../support/randomNumbers'

const count = 400
const shapes: InputShape[] = [
  { height: 6, width: 10, channels: 1 },
  { height: 10, width: 4, channels: 3 },
]
const off = { flip: false, shift: 0 }

function plain({ height, width, channels }: InputShape): ShuffledBatches {
  const random = randomNumbers(2)
  const size = height * width * channels
  const pixels = Uint8Array.from({ length: count * size }, () => Math.floor(256 * random()))
  return new ShuffledBatches(
    memoryImages(pixels, size),
    Uint32Array.from({ length: count }, (_, i) => i),
    8,
  )
}

interface Drawing {
  readonly shape: InputShape
  readonly augmentation?: Augmentation
  readonly epoch?: number
  readonly skip?: number
  readonly batch?: number
  readonly seed?: number
}

/** Images of an epoch, as they are or changed. */
async function drawn({ shape, augmentation, epoch = 0, skip = 0, batch = 32, seed = 3 }: Drawing) {
  const size = shape.height * shape.width * shape.channels
  const source = augmentation ? new AugmentedBatches(plain(shape), shape, augmentation, seed) : plain(shape)
  expect(source.imagesPerEpoch).toBe(count)
  const batches = await source.epoch(epoch, skip)
  const out: number[][] = []
  while (out.length < count - skip) {
    const taken = Math.min(batch, count - skip - out.length)
    const into = new Uint8Array(taken * size)
    await batches.next(taken, into)
    for (let i = 0; i < taken; i++) out.push([...into.subarray(i * size, (i + 1) * size)])
  }
  return out
}

/** The image moved, then read from right to left if it is mirrored; beyond the border there is the border's pixel. */
function changed(
  image: readonly number[],
  { height, width, channels }: InputShape,
  { down, right, isMirrored }: { down: number; right: number; isMirrored: boolean },
): number[] {
  const inside = (at: number, size: number) => Math.max(0, Math.min(size - 1, at))
  const out: number[] = []
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const column = inside((isMirrored ? width - 1 - x : x) - right, width)
        out.push(image[(inside(y - down, height) * width + column) * channels + c]!)
      }
  return out
}

/** By how much each image was moved, and whether it was mirrored; fails for one that was changed in another way. */
function changesOf(
  originals: number[][],
  images: number[][],
  shape: InputShape,
  most: { down: number; right: number; isMirrored: boolean },
) {
  return originals.map((original, i) => {
    for (const isMirrored of most.isMirrored ? [false, true] : [false])
      for (let down = -most.down; down <= most.down; down++)
        for (let right = -most.right; right <= most.right; right++) {
          const change = { down, right, isMirrored }
          if (String(changed(original, shape, change)) === String(images[i])) return change
        }
    throw new Error(`Image ${i} was changed in another way.`)
  })
}

describe.each(shapes)('images of $width × $height × $channels', (shape) => {
  it('stay as they are where nothing is asked for', async () => {
    expect(await drawn({ shape, augmentation: off })).toEqual(await drawn({ shape }))
  })

  it('are mirrored one time in two', async () => {
    const images = await drawn({ shape, augmentation: { flip: true, shift: 0 } })
    const changes = changesOf(await drawn({ shape }), images, shape, { down: 0, right: 0, isMirrored: true })
    const mirrored = changes.filter(({ isMirrored }) => isMirrored).length
    expect(mirrored).toBeGreaterThan(count * 0.4)
    expect(mirrored).toBeLessThan(count * 0.6)
  })

  it('are moved by up to a share of their sides, and the border is repeated', async () => {
    const images = await drawn({ shape, augmentation: { flip: false, shift: 0.2 } })
    const most = { down: Math.round(0.2 * shape.height), right: Math.round(0.2 * shape.width) }
    const changes = changesOf(await drawn({ shape }), images, shape, { ...most, isMirrored: false })
    for (const way of ['down', 'right'] as const) {
      const steps = new Set(changes.map((change) => change[way]))
      const all = Array.from({ length: 2 * most[way] + 1 }, (_, i) => i - most[way])
      expect([...steps].sort((a, b) => a - b)).toEqual(all)
      const middle = changes.filter((change) => change[way] === 0).length
      expect(Math.abs(middle / count - 1 / all.length)).toBeLessThan(0.1)
    }
  })

  it('are changed alike by the same seed and epoch, and otherwise by others', async () => {
    const augmentation = { flip: true, shift: 0.2 }
    const first = await drawn({ shape, augmentation })
    expect(await drawn({ shape, augmentation, batch: 7 })).toEqual(first)
    expect(await drawn({ shape, augmentation, seed: 4 })).not.toEqual(first)
    const most = { down: 2, right: 2, isMirrored: true }
    const changesAt = async (epoch: number) =>
      changesOf(await drawn({ shape, epoch }), await drawn({ shape, epoch, augmentation }), shape, most)
    expect(await changesAt(1)).not.toEqual(await changesAt(0))
  })

  it('are the same wherever an epoch is entered', async () => {
    const augmentation = { flip: true, shift: 0.2 }
    const whole = await drawn({ shape, augmentation, epoch: 2 })
    for (const skip of [1, 32, 77, count - 1])
      expect(await drawn({ shape, augmentation, epoch: 2, skip })).toEqual(whole.slice(skip))
  })
})
