import { describe, expect, it } from 'vitest'
import { ShuffledBatches } from '../../../../src/main/engine/training/shuffledBatches'
import { splitImages } from '../../../../src/main/engine/training/splitImages'
import { memoryImages } from '../../../support/memoryImages'

const rowBytes = 1024

/** Images that are their own number, little endian, over and over. */
function numbered(count: number) {
  const pixels = new Uint8Array(
    new Uint32Array((count * rowBytes) / 4).map((_, i) => Math.floor((i * 4) / rowBytes)).buffer,
  )
  return memoryImages(pixels, rowBytes)
}

const all = (count: number) => Uint32Array.from({ length: count }, (_, i) => i)

async function read(
  batches: ShuffledBatches,
  epoch: number,
  count: number,
  { skip = 0, batch = 100 } = {},
): Promise<number[]> {
  const next = await batches.epoch(epoch, skip)
  const order: number[] = []
  const into = new Uint8Array(batch * rowBytes)
  for (let done = skip; done < count; done += batch) {
    const images = Math.min(batch, count - done)
    await next.next(images, into)
    const words = new Uint32Array(into.buffer)
    for (let i = 0; i < images; i++) order.push(words[(i * rowBytes) / 4]!)
  }
  return order
}

// Blocks are 256 images; 2 MiB hold four groups of four.
const cases = [
  ['in memory', 1000, undefined, all(1000)],
  ['of a part, in memory', 1000, undefined, all(1000).filter((i) => i % 3 > 0)],
  ['in pieces', 4500, 2 << 20, all(4500)],
  ['of a part, in pieces', 9000, 2 << 20, all(9000).filter((i) => i % 2 === 0)],
] as const

describe.each(cases)('ShuffledBatches %s', (_, count, budget, indices) => {
  const create = (source = numbered(count), seed = 1) => new ShuffledBatches(source, indices, seed, budget)
  const images = indices.length

  it('gives every image once an epoch, in an order of its own', async () => {
    const batches = create()
    const first = await read(batches, 0, images)
    expect(first.toSorted((a, b) => a - b)).toEqual([...indices])
    const second = await read(batches, 1, images)
    expect(second.toSorted((a, b) => a - b)).toEqual([...indices])
    const same = (a: number[], b: number[]) => a.filter((value, i) => value === b[i]).length
    expect(same(first, second)).toBeLessThan(images / 50)
    expect(same(first, [...indices])).toBeLessThan(images / 50)
    expect(await read(create(), 1, images)).toEqual(second)
    expect(await read(create(numbered(count), 2), 1, images)).not.toEqual(second)
  })

  it('can be entered anywhere', async () => {
    const whole = await read(create(), 3, images)
    for (const skip of [0, 1, 500, 600, images - 1, images])
      expect(await read(create(), 3, images, { skip }), `from ${skip}`).toEqual(whole.slice(skip))
  })

  it('does not depend on the size of a batch', async () => {
    expect(await read(create(), 2, images, { batch: 33 })).toEqual(
      await read(create(), 2, images, { batch: images }),
    )
  })
})

describe('ShuffledBatches in pieces', () => {
  const budget = 2 << 20

  it('holds no more than its budget: what is used, and what comes next', async () => {
    const count = 9000
    const source = numbered(count)
    const batches = await new ShuffledBatches(source, all(count), 1, budget).epoch(0, 0)
    const held = (images: number) => source.reads.reduce((sum, bytes) => sum + bytes, 0) - images * rowBytes
    const into = new Uint8Array(rowBytes)
    let most = 0
    for (let used = 0; used < count; used++) {
      await batches.next(1, into)
      // What a used image leaves is not given back before its whole group is used: at most half the budget.
      most = Math.max(most, held(used))
    }
    expect(most).toBeLessThanOrEqual(budget)
    expect(most).toBeGreaterThan(budget / 2)
    expect(Math.max(...source.reads)).toBeLessThanOrEqual(budget / 2)
    expect(held(count)).toBe(0)
  })

  it('reads blocks of neighbours at once', async () => {
    const source = numbered(9000)
    await read(new ShuffledBatches(source, all(9000), 1, budget), 0, 9000)
    expect(source.reads.length).toBeLessThanOrEqual(Math.ceil(9000 / 256))
  })

  it('reads what fits the budget once for all epochs', async () => {
    const source = numbered(1000)
    const batches = new ShuffledBatches(source, all(1000), 1, budget)
    for (const epoch of [0, 1, 2]) await read(batches, epoch, 1000)
    expect(source.reads).toEqual([1000 * rowBytes])
  })

  it('mixes images from all over the data within a batch', async () => {
    const order = await read(new ShuffledBatches(numbered(9000), all(9000), 1, budget), 0, 9000)
    const blocks = new Set(order.slice(0, 100).map((image) => Math.floor(image / 256)))
    expect(blocks.size).toBe(4)
  })

  it('fails with the reason when reading fails, then or later, and never unheard', async () => {
    const source = numbered(9000)
    let left = 6
    const failing = {
      ...source,
      readRows: async (...args: Parameters<typeof source.readRows>) => {
        if (--left < 0) throw new Error('the disk is gone')
        return source.readRows(...args)
      },
    }
    const batches = new ShuffledBatches(failing, all(9000), 1, budget)
    await expect(read(batches, 0, 9000)).rejects.toThrow('the disk is gone')
    // Entered and left again before its first image.
    await batches.epoch(1, 0)
  })
})

describe('splitImages', () => {
  it.each([
    [1000, 0.1, 100],
    [1000, 0, 0],
    [10, 0.25, 3],
    [5, 0.9, 4],
    [1, 0.9, 0],
    [2, 0.9, 1],
  ])('keeps from %i images the share %d: %i', (count, share, kept) => {
    const { train, validation } = splitImages(count, share, 1)
    expect(validation).toHaveLength(kept)
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...all(count)])
    for (const part of [train, validation]) expect([...part]).toEqual([...part].sort((a, b) => a - b))
    expect(splitImages(count, share, 1)).toEqual({ train, validation })
  })

  it('depends on the seed', () => {
    expect(splitImages(1000, 0.1, 2).validation).not.toEqual(splitImages(1000, 0.1, 1).validation)
  })
})
