import { describe, expect, it } from 'vitest'
import { projectUmap } from '../../../../src/main/engine/projection/umap'
import { CancelledError } from '../../../../src/shared/errors'

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
  it('keeps clusters together: nearest neighbours in the map share their cluster', async () => {
    const map = await projectUmap(clusters(), dimensions, { random: generator(1) })
    expect(map).toHaveLength(3 * perCluster * 2)
    const distance = (a: number, b: number) =>
      Math.hypot(map[2 * a]! - map[2 * b]!, map[2 * a + 1]! - map[2 * b + 1]!)
    const points = Array.from({ length: 3 * perCluster }, (_, i) => i)
    for (const point of points) {
      const [nearest] = points
        .filter((other) => other !== point)
        .sort((a, b) => distance(point, a) - distance(point, b))
      expect(Math.floor(nearest! / perCluster)).toBe(Math.floor(point / perCluster))
    }
  })

  it('gives the same map for the same seed, and another for another', async () => {
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => projectUmap(clusters(), dimensions, { random: generator(seed) })),
    )
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  it('reports its progress to the end', async () => {
    const reported: number[] = []
    await projectUmap(clusters(), dimensions, {
      random: generator(1),
      onProgress: (done) => reported.push(done),
    })
    expect(reported).toEqual(reported.toSorted((a, b) => a - b))
    expect(reported.at(-1)).toBe(1)
  })

  it('stops when asked, before and while it works', async () => {
    const before = AbortSignal.abort()
    const options = { random: generator(1) }
    await expect(projectUmap(clusters(), dimensions, { ...options, signal: before })).rejects.toThrow(
      CancelledError,
    )
    const during = new AbortController()
    const stopped = projectUmap(clusters(), dimensions, {
      ...options,
      signal: during.signal,
      onProgress: () => during.abort(),
    })
    await expect(stopped).rejects.toThrow(CancelledError)
  })

  it('takes three points, and refuses two', async () => {
    const random = generator(1)
    expect(await projectUmap(new Float32Array([0, 1, 5, 5, 9, 2]), 2, { random })).toHaveLength(6)
    await expect(projectUmap(new Float32Array(4), 2, { random })).rejects.toThrow('three images or more')
  })
})
