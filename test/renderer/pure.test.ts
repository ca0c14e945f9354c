import { describe, expect, it } from 'vitest'
import { decimate } from '../../src/renderer/components/charts/decimate'
import { noiseScales, strengthAt, strengthPlace } from '../../src/renderer/components/datasets/noiseScales'
import {
  halfOf,
  layoutNetwork,
  unitsOf,
  widthsOf,
} from '../../src/renderer/components/network/networkGeometry'
import { boundsOf, nearestPoint } from '../../src/renderer/components/run/mapGeometry'
import { modelSpecSchema } from '../../src/shared/modelSpec'
import { noiseKinds } from '../../src/shared/noise'

describe('a curve with fewer points', () => {
  it('keeps its peaks, its order and its ends', () => {
    const xs = Array.from({ length: 10_000 }, (_, i) => i)
    const ys = xs.map((x) => (x === 4321 ? 99 : x === 777 ? -99 : Math.sin(x / 100)))
    const points = decimate(xs, ys, 500)
    expect(points.length).toBeLessThanOrEqual(500)
    expect(points).toContainEqual([4321, 99])
    expect(points).toContainEqual([777, -99])
    expect(points.every(([x], i) => i === 0 || x > points[i - 1]![0])).toBe(true)
  })

  it('leaves short ones as they are, without what is no number', () => {
    expect(decimate([1, 2, 3, 4], [5, null, NaN, 6], 100)).toEqual([
      [1, 5],
      [4, 6],
    ])
  })
})

describe('the drawing of a network', () => {
  const spec = modelSpecSchema.parse({
    input: { width: 28, height: 28, channels: 1 },
    encoder: [196, 49].map((units) => ({ type: 'dense', units })),
  })

  it('is an hourglass: mirrored, with kernels in pairs around the code', () => {
    const { layers, kernels } = layoutNetwork(spec)
    expect(layers.map(({ role }) => role)).toEqual(['input', 'encoder', 'code', 'decoder', 'output'])
    expect(kernels.map(({ pair, side }) => `${side} ${pair}`)).toEqual([
      'encoder 0',
      'encoder 1',
      'decoder 1',
      'decoder 0',
    ])
    layers.forEach(({ half, x }, i) => {
      expect(half).toBeCloseTo(layers[layers.length - 1 - i]!.half)
      expect(x).toBeCloseTo(1 - layers[layers.length - 1 - i]!.x)
    })
    expect(widthsOf(spec)).toEqual([784, 196, 49, 196, 784])
  })

  it('gives back the units of a height that it was drawn with', () => {
    for (const units of [784, 400, 196, 50]) expect(unitsOf(halfOf(units, 784), 784)).toBe(units)
  })
})

describe('the slider of a noise', () => {
  it.each(noiseKinds)('takes %s from weak to strong and back', (kind) => {
    const { least, most, usual } = noiseScales[kind]
    expect([strengthAt(kind, 0), strengthAt(kind, 1)]).toEqual([least, most])
    expect(strengthAt(kind, strengthPlace(kind, usual))).toBeCloseTo(usual, 2)
  })
})

describe('the map', () => {
  it('is not shrunk by a single stray point', () => {
    const points = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i))
    points[0] = 1e6
    expect(boundsOf(points)[2]).toBeLessThan(2)
  })

  it('finds the nearest point within reach', () => {
    const place = (i: number) => [10 * i, 0] as const
    expect(nearestPoint(5, place, 21, 2, 14)).toBe(2)
    expect(nearestPoint(5, place, 21, 40, 14)).toBeNull()
  })
})
