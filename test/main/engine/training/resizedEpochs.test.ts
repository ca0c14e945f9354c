import { expect, it } from 'vitest'
import { AugmentedBatches } from '../../../../src/main/engine/training/augmentedBatches'
import { ResizedEpochs } from '../../../../src/main/engine/training/resizedEpochs'
import { type BatchSource, ShuffledBatches } from '../../../../src/main/engine/training/shuffledBatches'
import { memoryImages } from '../../../support/memoryImages'

const perPass = 10
const size = 6
/** Image n has the values 20·n to 20·n + 5. */
const images = memoryImages(
  Uint8Array.from({ length: perPass * size }, (_, i) => 20 * Math.floor(i / size) + (i % size)),
  size,
)
const shuffled = () =>
  new ShuffledBatches(
    images,
    Uint32Array.from({ length: perPass }, (_, i) => i),
    4,
  )
const augmented = () =>
  new AugmentedBatches(shuffled(), { height: 1, width: 6, channels: 1 }, { flip: true, shift: 0.2 }, 4)

/** Images of an epoch from `skip` on, in batches of 3. */
async function drawn(source: BatchSource, epoch: number, skip = 0): Promise<number[]> {
  const batches = await source.epoch(epoch, skip)
  const out = new Uint8Array((source.imagesPerEpoch - skip) * size)
  for (let from = 0; from < out.length; from += 3 * size)
    await batches.next(Math.min(3, (out.length - from) / size), out.subarray(from, from + 3 * size))
  return [...out]
}

async function drawnAll(source: BatchSource, epochs: number): Promise<number[]> {
  const all: number[] = []
  for (let epoch = 0; epoch < epochs; epoch++) all.push(...(await drawn(source, epoch)))
  return all
}

it.each([
  ['some of a pass', 4],
  ['one image', 1],
  ['a whole pass', 10],
  ['several passes', 20],
  ['several passes and some', 25],
])('epochs of %s are passes without a gap', async (_, perEpoch) => {
  for (const passes of [shuffled, augmented]) {
    const resized = new ResizedEpochs(passes(), perEpoch, size)
    expect(resized.imagesPerEpoch).toBe(perEpoch)
    const epochs = Math.ceil((3 * perPass) / perEpoch)
    const all = await drawnAll(resized, epochs)
    const expected = await drawnAll(passes(), Math.ceil((epochs * perEpoch) / perPass))
    expect(all).toEqual(expected.slice(0, epochs * perEpoch * size))
  }
})

it('shows each image once in a pass, in another order each time', async () => {
  const all = await drawnAll(new ResizedEpochs(shuffled(), 4, size), 5)
  const firstValues = all.filter((_, i) => i % size === 0)
  const [first, second] = [firstValues.slice(0, perPass), firstValues.slice(perPass)]
  const every = Array.from({ length: perPass }, (_, i) => 20 * i)
  expect(first.toSorted((a, b) => a - b)).toEqual(every)
  expect(second.toSorted((a, b) => a - b)).toEqual(every)
  expect(first).not.toEqual(second)
})

it.each([4, 10, 25])('an epoch of %i can be entered anywhere', async (perEpoch) => {
  for (const passes of [shuffled, augmented])
    for (const epoch of [0, 1, 4]) {
      const whole = await drawn(new ResizedEpochs(passes(), perEpoch, size), epoch)
      for (let skip = 1; skip < perEpoch; skip++) {
        const part = await drawn(new ResizedEpochs(passes(), perEpoch, size), epoch, skip)
        expect(part).toEqual(whole.slice(skip * size))
      }
    }
})
