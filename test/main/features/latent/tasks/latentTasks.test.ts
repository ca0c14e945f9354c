import { afterAll, describe, expect, it } from 'vitest'
import { projectionSchema } from '../../../../../src/shared/api/latent'
import { testComputeClient } from '../../../../support/commandLine'
import { randomNumbers } from '../../../../support/randomNumbers'

const client = testComputeClient()
afterAll(() => client.dispose())

const dimensions = 5
const broken = [3, 40]
/** Two groups, and two codes with a number that is none. */
function codes(count = 80): Float32Array {
  const random = randomNumbers(4)
  const values = Float32Array.from(
    { length: count * dimensions },
    (_, i) => (Math.floor(i / dimensions) % 2) * 8 + random(),
  )
  values[broken[0]! * dimensions + 2] = NaN
  values[broken[1]! * dimensions] = Infinity
  return values
}
const labels = Int32Array.from({ length: 80 }, (_, i) => i % 2)

describe('codes of which some are not numbers', () => {
  it.each([
    { method: 'dims', axes: [0, 4] },
    { method: 'pca', components: 2 },
    { method: 'pca', components: 3 },
    { method: 'umap', components: 2, neighbors: 8 },
  ] as const)('are mapped without those: %o', async (given) => {
    const projection = projectionSchema.parse(given)
    const { points, components } = await client.call('mapCodes', { codes: codes(), dimensions, projection })
    for (let i = 0; i < 80; i++) {
      const place = [...points.subarray(i * components, (i + 1) * components)]
      expect(place.every(Number.isFinite)).toBe(!broken.includes(i))
    }
  })

  it('are in no cluster and count for no label', async () => {
    const method = { method: 'kmeans', count: 2 } as const
    const found = await client.call('clusterCodes', { codes: codes(), dimensions, method, seed: 1, labels })
    expect(broken.map((i) => found.clusters[i])).toEqual([-1, -1])
    expect(found.agreement).toEqual({ ari: 1, nmi: 1 })
    const vote = { codes: codes(), dimensions, labels, k: 5, metric: 'euclidean' } as const
    expect(await client.call('labelAccuracy', vote)).toMatchObject({ accuracy: 1, looked: 78 })
  })

  it('are nobody’s neighbours', async () => {
    const code = codes().slice(0, dimensions)
    const params = { codes: codes(), dimensions, code, k: 79, metric: 'euclidean', leftOut: 0 } as const
    const { indices } = await client.call('nearest', params)
    expect(indices).toHaveLength(77)
    expect([...indices].filter((i) => broken.includes(i))).toEqual([])
  })

  it('and none that is: refused with what to do', async () => {
    const all = new Float32Array(40).fill(NaN)
    const projection = projectionSchema.parse({ method: 'pca', components: 2 })
    await expect(client.call('mapCodes', { codes: all, dimensions, projection })).rejects.toThrow(
      'Train it again with a lower learning rate',
    )
  })
})

it('UMAP of a sample gives places to so many codes, spread evenly, and judges those', async () => {
  const projection = projectionSchema.parse({ method: 'umap', components: 2, neighbors: 8, sample: 100 })
  const count = 250
  const many = codes(count)
  const { points, trustworthiness } = await client.call('mapCodes', { codes: many, dimensions, projection })
  const placed = Array.from({ length: count }, (_, i) => i).filter((i) => Number.isFinite(points[2 * i]!))
  expect(placed).toHaveLength(100)
  expect(placed.filter((i) => broken.includes(i))).toEqual([])
  const gaps = placed.slice(1).map((at, i) => at - placed[i]!)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(4)
  expect(trustworthiness).toBeGreaterThan(0.5)
})

describe('codes that are all the same, and single ones', () => {
  it('lie at one place', async () => {
    const same = new Float32Array(2 * dimensions).fill(4)
    for (const components of [2, 3] as const) {
      const projection = projectionSchema.parse({ method: 'pca', components })
      const { points } = await client.call('mapCodes', { codes: same, dimensions, projection })
      expect([...points]).toEqual(Array.from({ length: 2 * components }, () => 0))
    }
    const projection = projectionSchema.parse({ method: 'pca', components: 2 })
    const one = await client.call('mapCodes', { codes: same.slice(dimensions), dimensions, projection })
    expect([...one.points]).toEqual([0, 0])
  })
})

it('a map of codes that have moved a little is turned onto the map before, and can still be read backwards', async () => {
  const before = codes().map((value) => (Number.isFinite(value) ? value : 0))
  const projection = projectionSchema.parse({ method: 'pca', components: 3 })
  const first = await client.call('mapCodes', { codes: before, dimensions, projection })
  // Mirrored: another sign for every axis.
  const start = first.points.map((value) => -value)
  const moved = before.map((value, i) => value + 0.01 * Math.sin(i))
  const { points, linear } = await client.call('mapCodes', { codes: moved, dimensions, projection, start })
  points.forEach((value, i) => expect(value).toBeCloseTo(start[i]!, 0))
  const row = 7
  for (let c = 0; c < 3; c++) {
    let place = 0
    for (let i = 0; i < dimensions; i++)
      place += (moved[row * dimensions + i]! - linear!.mean[i]!) * linear!.axes[c * dimensions + i]!
    expect(place).toBeCloseTo(points[row * 3 + c]!, 4)
  }
})
