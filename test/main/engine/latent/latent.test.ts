import { describe, expect, it } from 'vitest'
import { agreementOf } from '../../../../src/main/engine/latent/agreement'
import { clusterByDensity } from '../../../../src/main/engine/latent/densityClusters'
import { nearestCodes } from '../../../../src/main/engine/latent/distances'
import { hdbscan } from '../../../../src/main/engine/latent/hdbscan'
import { clusterKMeans } from '../../../../src/main/engine/latent/kMeans'
import { codeStatistics, finiteRows } from '../../../../src/main/engine/latent/statistics'
import { trustworthiness } from '../../../../src/main/engine/latent/trustworthiness'
import { bySize, typicalOf } from '../../../../src/main/engine/latent/typical'
import { voteAccuracy } from '../../../../src/main/engine/latent/voteAccuracy'
import { codeMetrics } from '../../../../src/shared/api/latent'
import scikitLearn from './scikitLearn.json'

/** As in scikitLearn.py. */
function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function blobs(count: number): Float32Array {
  const draw = uniform(23)
  const rows: number[] = []
  for (let i = 0; i < count; i++) {
    const kind = i % 4
    if (kind === 3) rows.push(draw() * 20 - 5, draw() * 20 - 5, draw() * 20 - 5)
    else {
      const width = [0.6, 1, 1.6][kind]!
      const around = () => width * (draw() + draw() + draw() - 1.5)
      rows.push(kind * 6 + around(), kind * 3 + around(), around())
    }
  }
  return Float32Array.from(rows)
}

describe('figures of scikit-learn', () => {
  it('agreement of two divisions', () => {
    const draw = uniform(7)
    const a = Int32Array.from({ length: 60 }, () => Math.floor(draw() * 4))
    const b = a.map((x) => (draw() < 0.6 ? x : Math.floor(draw() * 5)))
    const { ari, nmi } = agreementOf(a, b)
    expect(ari).toBeCloseTo(scikitLearn.ari, 12)
    expect(nmi).toBeCloseTo(scikitLearn.nmi, 12)
  })

  it.each(scikitLearn.trustworthiness)('trustworthiness at $k neighbours', ({ k, value }) => {
    const draw = uniform(11)
    const codes = Float32Array.from({ length: 120 * 5 }, (_, i) => draw() * (1 + (i % 5)))
    const places = new Float32Array(240)
    for (let i = 0; i < 120; i++) {
      places[2 * i] = codes[5 * i + 4]! + 0.5 * draw()
      places[2 * i + 1] = codes[5 * i + 3]!
    }
    expect(trustworthiness(codes, 5, places, 2, k)).toBeCloseTo(value, 12)
  })

  it.each(scikitLearn.hdbscan)('HDBSCAN from $minSize points on', ({ minSize, minSamples, clusters }) => {
    const found = hdbscan(blobs(240), 3, { minSize, minSamples })
    // A point between two clusters that joins both at the distance at which they part may be counted to either side.
    const isTied = Array.from(found.clusters, (c, i) => c >= 0 && found.core[i] === found.reach[c])
    const told = clusters.map((_, i) => i).filter((i) => !isTied[i])
    expect(told.length).toBeGreaterThanOrEqual(238)
    const ours = Int32Array.from(told, (i) => found.clusters[i]!)
    const theirs = Int32Array.from(told, (i) => clusters[i]!)
    // The same points together, whatever their number.
    expect(agreementOf(ours, theirs).ari).toBe(1)
    expect(ours.map((c) => Number(c < 0))).toEqual(theirs.map((c) => Number(c < 0)))
  })
})

describe('agreement', () => {
  it('is 1 for the same division under other names, and about 0 for chance', () => {
    const a = Int32Array.from([0, 0, 1, 1, 2, 2])
    expect(
      agreementOf(
        a,
        a.map((x) => 7 - x),
      ),
    ).toEqual({ ari: 1, nmi: 1 })
    const draw = uniform(3)
    const random = () => Int32Array.from({ length: 3000 }, () => Math.floor(draw() * 5))
    expect(Math.abs(agreementOf(random(), random()).ari)).toBeLessThan(0.02)
  })
})

describe('clusters', () => {
  it('k-means finds groups that lie apart, also beyond its sample, and the same from the same seed', () => {
    const draw = uniform(5)
    const count = 12_000
    const codes = Float32Array.from({ length: count * 4 }, (_, i) => (Math.floor(i / 4) % 3) * 10 + draw())
    const truth = Int32Array.from({ length: count }, (_, i) => i % 3)
    const clusters = clusterKMeans(codes, 4, 3, 1)
    expect(agreementOf(clusters, truth).ari).toBe(1)
    expect(clusterKMeans(codes, 4, 3, 1)).toEqual(clusters)
  })

  it('what is dense in a sample is dense in the whole, and what lies far out is nobody’s', () => {
    const draw = uniform(9)
    const count = 6000
    const codes = Float32Array.from({ length: count * 2 }, (_, i) => {
      const row = Math.floor(i / 2)
      return row % 50 === 0 ? 200 + row * 3 : (row % 2) * 20 + draw() + draw()
    })
    const truth = Int32Array.from({ length: count }, (_, row) => (row % 50 === 0 ? -1 : row % 2))
    const clusters = clusterByDensity(codes, 2, 100, 1, () => undefined)
    expect(agreementOf(clusters, truth).ari).toBeGreaterThan(0.97)
    expect(clusters[0]).toBe(-1)
  })

  it('are numbered by size, with the points nearest to the middle first', () => {
    expect([...bySize(Int32Array.from([5, -1, 2, 2, 5, 2]))]).toEqual([1, -1, 0, 0, 1, 0])
    const codes = Float32Array.from([0, 1, 2, 50])
    expect(typicalOf(codes, 1, Int32Array.from([0, 0, 0, -1]), 1).map((some) => [...some])).toEqual([
      [1, 0, 2],
    ])
  })
})

describe('neighbours', () => {
  it.each(codeMetrics)('are those that sorting all distances gives: %s', (metric) => {
    const draw = uniform(13)
    const dimensions = 7
    const codes = Float32Array.from({ length: 500 * dimensions }, () => draw() - 0.5)
    const code = codes.slice(70, 77)
    const rows = Array.from({ length: 500 }, (_, i) => [
      ...codes.subarray(i * dimensions, (i + 1) * dimensions),
    ])
    const far = rows.map((row) => distance(metric, [...code], row))
    const expected = [...far.keys()].filter((i) => i !== 10).sort((a, b) => far[a]! - far[b]!)
    const { indices, distances } = nearestCodes(codes, code, 20, metric, 10)
    expect([...indices]).toEqual(expected.slice(0, 20))
    expected.slice(0, 20).forEach((i, n) => expect(distances[n]).toBeCloseTo(far[i]!, 5))
  })

  it('are never codes that are not numbers, and no more than there are', () => {
    const codes = Float32Array.from([0, 0, NaN, 1, 2, 2, Infinity, 0])
    const { indices } = nearestCodes(codes, Float32Array.from([0, 0]), 9, 'euclidean')
    expect([...indices]).toEqual([0, 2])
  })

  it('tell labels by their vote: all of them where groups lie apart', () => {
    const draw = uniform(17)
    const codes = Float32Array.from({ length: 200 * 2 }, (_, i) => (Math.floor(i / 2) % 2) * 9 + draw())
    const labels = Int32Array.from({ length: 200 }, (_, i) => i % 2)
    const rows = Uint32Array.from(labels.keys())
    const options = { k: 5, metric: 'euclidean' } as const
    expect(voteAccuracy(codes, 2, labels, rows, options)).toEqual({
      ...{ accuracy: 1, chance: 0.5, k: 5, looked: 200 },
    })
    const mixed = labels.map(() => Math.floor(draw() * 2))
    expect(voteAccuracy(codes, 2, mixed, rows, options).accuracy).toBeLessThan(0.7)
  })
})

function distance(metric: (typeof codeMetrics)[number], a: number[], b: number[]): number {
  if (metric === 'euclidean') return Math.hypot(...a.map((x, i) => x - b[i]!))
  if (metric === 'manhattan') return a.reduce((sum, x, i) => sum + Math.abs(x - b[i]!), 0)
  const dot = a.reduce((sum, x, i) => sum + x * b[i]!, 0)
  return 1 - dot / (Math.hypot(...a) * Math.hypot(...b))
}

describe('statistics', () => {
  it('are those of the finite codes', () => {
    const codes = Float32Array.from([1, 10, 3, 30, NaN, 5, 5, 20])
    const { mean, deviation, min, max, broken } = codeStatistics(codes, 2)
    expect([...mean]).toEqual([3, 20])
    expect(deviation[0]).toBeCloseTo(Math.sqrt(8 / 3), 6)
    expect([...min, ...max]).toEqual([1, 10, 5, 30])
    expect(broken).toBe(1)
    expect([...finiteRows(codes, 2)]).toEqual([0, 1, 3])
  })

  it('of none are zeros', () => {
    expect(codeStatistics(Float32Array.from([NaN, 1]), 2)).toMatchObject({
      mean: new Float32Array(2),
      min: new Float32Array(2),
      broken: 1,
    })
  })
})
