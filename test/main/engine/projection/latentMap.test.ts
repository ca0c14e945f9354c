import { describe, expect, it } from 'vitest'
import { LatentMap } from '../../../../src/main/engine/projection/latentMap'
import { fitPca, projectPca } from '../../../../src/main/engine/projection/pca'
import { randomStream } from '../../../../src/main/engine/training/random'

const dimensions = 7

function codes(count: number, seed: number): Float32Array {
  const random = randomStream(seed)
  return Float32Array.from(
    { length: count * dimensions },
    (_, i) => random.normal() * (dimensions - (i % dimensions)) + 3,
  )
}

const norm = (values: Iterable<number>) => Math.hypot(...values)

describe('a map of codes', () => {
  it('spans what the first two principal components span', () => {
    const values = codes(200, 1)
    const points = new LatentMap().next(values, dimensions)
    const pca = fitPca(values, dimensions, 2)
    const wanted = projectPca(pca, values)
    expect(norm(points)).toBeCloseTo(norm(wanted), 1)
    const column = (data: Float32Array, at: number) => data.filter((_, i) => i % 2 === at)
    for (const at of [0, 1]) expect(norm(column(points, at))).toBeCloseTo(norm(column(wanted, at)), 0)
  })

  it.each([
    ['mirrored', (x: number, y: number) => [-x, y]],
    ['turned', (x: number, y: number) => [0.6 * x - 0.8 * y, 0.8 * x + 0.6 * y]],
    ['with axes exchanged', (x: number, y: number) => [y, x]],
  ])('keeps its places when the codes come %s', (_, change) => {
    const random = randomStream(4)
    const plane = Float32Array.from({ length: 200 }, (__, i) => random.normal() * (i % 2 ? 1 : 2))
    const changed = Float32Array.from(plane)
    for (let i = 0; i < plane.length; i += 2)
      [changed[i], changed[i + 1]] = change(plane[i]!, plane[i + 1]!) as [number, number]
    const map = new LatentMap()
    const before = map.next(plane, 2)
    const after = map.next(changed, 2)
    after.forEach((value, i) => expect(value).toBeCloseTo(before[i]!, 3))
  })

  it('goes on from the points that a resumed run left', () => {
    const values = codes(50, 2)
    const left = new LatentMap().next(values, dimensions)
    const resumed = new LatentMap(left.map((value) => -value)).next(values, dimensions)
    resumed.forEach((value, i) => expect(value).toBeCloseTo(-left[i]!, 2))
  })

  it('takes codes of one number, and codes that are all the same', () => {
    const line = new LatentMap().next(Float32Array.from([1, 2, 3, 4]), 1)
    expect(line.filter((_, i) => i % 2 === 1).every((y) => Math.abs(y) < 1e-6)).toBe(true)
    expect([...new LatentMap().next(new Float32Array(12).fill(2), 3)]).toEqual(new Array(8).fill(0))
  })
})
