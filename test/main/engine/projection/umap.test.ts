import { UMAP } from 'umap-js'
import { describe, expect, it } from 'vitest'
import { trustworthiness } from '../../../../src/main/engine/latent/trustworthiness'
import { fitCurve } from '../../../../src/main/engine/projection/curve'
import { fitPca, projectPca } from '../../../../src/main/engine/projection/pca'
import { projectUmap } from '../../../../src/main/engine/projection/umap'
import { CancelledError } from '../../../../src/shared/errors'
import { mnist } from '../../../support/mnist'

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const dimensions = 8
const perCluster = 40
/** Three tight clusters, far apart. */
function clusters(): Float32Array {
  const random = generator(5)
  return Float32Array.from({ length: 3 * perCluster * dimensions }, (_, i) => {
    const cluster = Math.floor(i / (perCluster * dimensions))
    return (i % dimensions === cluster ? 10 : 0) + random()
  })
}

describe('UMAP', () => {
  it.each([2, 3] as const)('keeps clusters together in %i dimensions', async (components) => {
    const map = await projectUmap(clusters(), dimensions, { seed: 1, components })
    expect(map).toHaveLength(3 * perCluster * components)
    const place = (i: number) => [...map.subarray(i * components, (i + 1) * components)]
    const distance = (a: number, b: number) => Math.hypot(...place(a).map((x, c) => x - place(b)[c]!))
    const points = Array.from({ length: 3 * perCluster }, (_, i) => i)
    for (const point of points) {
      const nearest = points
        .filter((other) => other !== point)
        .reduce((best, other) => (distance(point, other) < distance(point, best) ? other : best))
      expect(Math.floor(nearest / perCluster)).toBe(Math.floor(point / perCluster))
    }
  })

  it('keeps neighbourhoods of digits as well as umap-js does', async () => {
    const count = 600
    const pixels = new Uint8Array(count * 784)
    await mnist().train.readRows(0, count, pixels)
    const values = Float32Array.from(pixels, (byte) => byte / 255)
    const codes = projectPca(fitPca(values, 784, 49), values)
    const ours = await projectUmap(codes, 49, { seed: 1 })
    const rows = Array.from({ length: count }, (_, i) => [...codes.subarray(49 * i, 49 * i + 49)])
    const theirs = new UMAP({ nNeighbors: 15, minDist: 0.1, random: generator(1) }).fit(rows)
    const figure = (map: Float32Array) => trustworthiness(codes, 49, map, 2, 15)
    expect(figure(ours)).toBeGreaterThan(figure(Float32Array.from(theirs.flat())) - 0.01)
  })

  it('gives the same map for the same seed, and another for another', async () => {
    const make = (seed: number) => projectUmap(clusters(), dimensions, { seed })
    const first = await make(1)
    expect(await make(1)).toEqual(first)
    expect(await make(2)).not.toEqual(first)
  })

  it('begins where it is told to: points keep their places as far as the codes allow', async () => {
    const before = await projectUmap(clusters(), dimensions, { seed: 1 })
    const moved = clusters().map((value, i) => value + 0.01 * Math.sin(i))
    const after = await projectUmap(moved, dimensions, { seed: 2, start: before })
    const travelled = before.reduce((sum, value, i) => sum + Math.abs(value - after[i]!), 0) / before.length
    const spread = before.reduce((sum, value) => sum + Math.abs(value), 0) / before.length
    expect(travelled).toBeLessThan(0.2 * spread)
  })

  it('reports its progress to the end', async () => {
    const reported: number[] = []
    await projectUmap(clusters(), dimensions, { seed: 1, onProgress: (done) => reported.push(done) })
    expect(reported).toEqual(reported.toSorted((a, b) => a - b))
    expect(reported.at(-1)).toBe(1)
  })

  it('stops when asked, before and while it works', async () => {
    const before = projectUmap(clusters(), dimensions, { seed: 1, isStopped: () => true })
    await expect(before).rejects.toThrow(CancelledError)
    let asked = 0
    const during = projectUmap(clusters(), dimensions, { seed: 1, isStopped: () => ++asked > 2 })
    await expect(during).rejects.toThrow(CancelledError)
  })

  it('takes three points, all of them at one place too, and refuses two', async () => {
    expect(await projectUmap(new Float32Array([0, 1, 5, 5, 9, 2]), 2, { seed: 1 })).toHaveLength(6)
    const same = await projectUmap(new Float32Array(40).fill(3), 2, { seed: 1 })
    expect(same.every(Number.isFinite)).toBe(true)
    await expect(projectUmap(new Float32Array(4), 2, { seed: 1 })).rejects.toThrow('three images or more')
  })

  it.each([
    // umap-learn 0.5, find_ab_params(1.0, minDistance).
    [0.1, 1.5769434603113077, 0.8950608781227859],
    [0.5, 0.5830300205483709, 1.3341669924235],
  ])('has the curve of umap-learn at a least distance of %d', (minDistance, a, b) => {
    const curve = fitCurve(minDistance)
    expect(curve.a).toBeCloseTo(a, 2)
    expect(curve.b).toBeCloseTo(b, 2)
  })
})
