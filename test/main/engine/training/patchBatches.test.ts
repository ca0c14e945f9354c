import { describe, expect, it } from 'vitest'
import { middlePatches, PatchBatches } from '../../../../src/main/engine/training/patchBatches'
import { memoryImages } from '../../../support/memoryImages'

const shape = { height: 7, width: 9, channels: 1 } as const
const patch = { height: 4, width: 4, channels: 1 } as const
const size = shape.height * shape.width
const count = 5

/** Pixel (y, x) of image i is i·63 + y·9 + x, as long as that fits into a byte. */
const source = {
  ...memoryImages(
    Uint8Array.from({ length: 4 * size }, (_, i) => i),
    size,
  ),
  shape,
}
const indices = Uint32Array.from([0, 1, 3])
const batchesOf = (config: { perImage: number; augment: boolean }, seed = 1) =>
  new PatchBatches(source, indices, seed, patch, config)

async function draw(batches: PatchBatches, epoch: number, skip = 0, sizes = [batches.imagesPerEpoch - skip]) {
  const next = await batches.epoch(epoch, skip)
  const patches: number[][] = []
  for (const n of sizes) {
    const into = new Uint8Array(n * 16)
    await next.next(n, into)
    for (let i = 0; i < n; i++) patches.push([...into.subarray(i * 16, (i + 1) * 16)])
  }
  return patches
}

/** The image, and the steps from pixel to pixel along rows and columns. */
const placeOf = (pixels: readonly number[]) => ({
  image: Math.floor(Math.min(...pixels) / size),
  steps: `${pixels[1]! - pixels[0]!} ${pixels[4]! - pixels[0]!}`,
})

describe('PatchBatches', () => {
  it('cuts squares out of each image, as many as asked for', async () => {
    const batches = batchesOf({ perImage: count, augment: false })
    expect(batches.imagesPerEpoch).toBe(15)
    const patches = await draw(batches, 0)
    const places = patches.map(placeOf)
    expect(new Set(places.map(({ steps }) => steps))).toEqual(new Set(['1 9']))
    for (const image of indices) expect(places.filter((place) => place.image === image)).toHaveLength(count)
    for (const pixels of patches)
      expect(pixels).toEqual(Array.from({ length: 16 }, (_, i) => pixels[0]! + 9 * (i >> 2) + (i % 4)))
    expect(new Set(patches.map(String)).size).toBeGreaterThan(8)
  })

  it('mirrors and turns them in all eight ways', async () => {
    const patches = await draw(batchesOf({ perImage: 40, augment: true }), 0)
    expect(new Set(patches.map((pixels) => placeOf(pixels).steps))).toEqual(
      new Set(['1 9', '-1 9', '1 -9', '-1 -9', '9 1', '-9 1', '9 -1', '-9 -1']),
    )
  })

  it('draws others in each epoch and from each seed, and the same again wherever it is entered', async () => {
    const config = { perImage: 4, augment: true }
    const whole = await draw(batchesOf(config), 3)
    expect(await draw(batchesOf(config), 3, 0, [5, 1, 6])).toEqual(whole)
    for (const skip of [1, 3, 7, 9]) expect(await draw(batchesOf(config), 3, skip)).toEqual(whole.slice(skip))
    expect(await draw(batchesOf(config), 4)).not.toEqual(whole)
    expect(await draw(batchesOf(config, 2), 3)).not.toEqual(whole)
  })
})

describe('middlePatches', () => {
  it('are the same at each reading, from the middle', async () => {
    const middle = middlePatches(source, patch)
    const into = new Uint8Array(2 * middle.rowBytes)
    await middle.readRows(1, 2, into)
    expect([into[0], into[1], into[4], into[16]]).toEqual([63 + 11, 63 + 12, 63 + 20, 126 + 11])
    expect(middle).toMatchObject({ count: 4, rowBytes: 16, shape: patch })
  })
})
