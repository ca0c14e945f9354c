import { describe, expect, it } from 'vitest'
import { Calibration, robustThreshold } from '../../../../src/main/engine/anomalies/calibration'
import { patchSides, worstPatch } from '../../../../src/main/engine/anomalies/errorMaps'
import { GradientFeatures } from '../../../../src/main/engine/anomalies/gradientFeatures'
import { NeighborScore } from '../../../../src/main/engine/anomalies/neighborScore'
import { heatOf, PatchSurprise } from '../../../../src/main/engine/anomalies/patchSurprise'
import { together } from '../../../../src/main/engine/anomalies/scoreOfMeasures'
import { moments, ShrunkGaussian } from '../../../../src/main/engine/anomalies/shrunkGaussian'
import { dissimilarityMap, ssimOfImages } from '../../../../src/main/engine/imaging/ssim'
import { damage } from '../../../../src/main/engine/training/damage'
import { randomStream } from '../../../../src/main/engine/training/random'
import { describeRuntimes } from '../../../support/runtimes'

it('shrinks a covariance as LedoitWolf of scikit-learn does', () => {
  let state = 3
  const next = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 2 ** 31
  const data = Float32Array.from({ length: 160 }, next)
  for (let row = 0; row < 40; row++) data[row * 4 + 1]! += 2 * data[row * 4]!
  const gaussian = ShrunkGaussian.fit(data, 4)
  expect(gaussian.shrinkage).toBeCloseTo(0.08186421235587776, 5)
  const expected = [1.2018204642962989, 1.3652322247479716, 1.558442960155108]
  for (const [i, distance] of gaussian.distances(data.subarray(0, 12)).entries())
    expect(distance).toBeCloseTo(expected[i]!, 4)
  expect(moments(data, 4).mean[0]).toBeGreaterThan(0)
})

it('tells how far a vector lies from all the others, though it was fitted to it too', () => {
  const random = randomStream(8)
  // Correlated, so that little is shrunk.
  const data = Float32Array.from({ length: 90 }, (_, at) => (1 + (at % 3)) * random.uniform())
  data.set([2, -1, 3], 6)
  const without = ShrunkGaussian.fit(
    data.filter((_, at) => at < 6 || at >= 9),
    3,
  )
  const expected = without.distances(data.subarray(6, 9))[0]!
  const all = ShrunkGaussian.fit(data, 3)
  const [drawn] = all.distances(data.subarray(6, 9))
  const [leftOut] = all.distances(data.subarray(6, 9), Int32Array.of(2))
  // Their level and shrinkage are still those of all vectors, which leaves a part of what the vector has drawn.
  expect(Math.abs(leftOut! - expected)).toBeLessThan(0.4 * Math.abs(drawn! - expected))
})

it('calls odd what is odd as a whole, whatever its parts say, and else what parts say together', () => {
  const values = Array.from({ length: 101 }, (_, i) => i)
  const even = Calibration.fit(values, true)
  const calibrations = new Map(
    (['features', 'texture', 'pieces', 'appearance'] as const).map((name) => [name, even] as const),
  )
  const at = (features: number, texture: number, appearance: number) =>
    together(
      {
        features: Float32Array.of(features),
        texture: Float32Array.of(texture),
        ...{ pieces: Float32Array.of(50), appearance: Float32Array.of(appearance) },
      },
      calibrations,
      'default',
    )[0]!
  expect(at(50, 50, 400)).toBeCloseTo(even.of(400) - 1, 1)
  expect(at(200, 300, 50)).toBeCloseTo((even.of(200) + even.of(300)) / 2, 0)
})

it('finds the worst patch', () => {
  const map = new Float32Array(64)
  map[9] = 4
  expect(worstPatch(map, 8, 8, 2)).toBe(1)
  expect(patchSides({ width: 32, height: 64, channels: 1 })).toEqual([2, 4, 8])
})

it('maps what SSIM has the mean of', () => {
  const shape = { width: 16, height: 13, channels: 1 } as const
  const random = randomStream(4)
  const [a, b] = [0, 1].map(() => Float32Array.from({ length: 16 * 13 }, () => random.uniform()))
  const map = dissimilarityMap(a!, b!, shape)
  // The window fits at 6 × 3 places; around them the nearest counts.
  let sum = 0
  for (let y = 5; y < 8; y++) for (let x = 5; x < 11; x++) sum += map[y * 16 + x]!
  expect(1 - sum / 18).toBeCloseTo(ssimOfImages(a!, b!, shape)[0]!, 6)
  expect(map[0]).toBe(map[5 * 16 + 5])
})

it('puts scores in relation to normal ones, whatever some of those are', () => {
  const normal = Array.from({ length: 200 }, (_, i) => Math.exp((i - 100) / 50))
  const clean = Calibration.fit(normal)
  const mixed = Calibration.fit([...normal, 1e6, 1e7, 1e8])
  expect(clean.of(normal[100]!)).toBeCloseTo(0, 1)
  expect(Math.abs(mixed.of(5) - clean.of(5))).toBeLessThan(0.15)
  const sorted = Float64Array.from({ length: 1000 }, (_, i) => i / 1000)
  expect(robustThreshold(sorted, 0.1)).toBeCloseTo(0.9, 2)
  expect(robustThreshold(sorted, 0.01)).toBeGreaterThan(1)
})

const shape = { width: 32, height: 32, channels: 1 } as const
/** Stripes with a little noise, at another place in each image. */
function stripes(random = randomStream(1)): Float32Array {
  const shift = random.uniform() * 8
  return Float32Array.from({ length: 1024 }, (_, i) => {
    const wave = 0.5 + 0.4 * Math.sin(((i % 32) + shift) * (Math.PI / 4))
    return Math.min(1, Math.max(0, wave + 0.02 * random.normal()))
  })
}

describe('gradient features', () => {
  it('are near for the same shape, brighter or darker, and far for another one', () => {
    const features = new GradientFeatures(shape)
    const image = stripes()
    const darker = image.map((value) => 0.6 * value + 0.1)
    const turned = Float32Array.from({ length: 1024 }, (_, i) => image[(i % 32) * 32 + Math.floor(i / 32)]!)
    const [a, b, c] = [image, darker, turned].map((one) => features.of(one))
    const far = (x: Float32Array, y: Float32Array) => Math.hypot(...x.map((value, i) => value - y[i]!))
    expect(far(a!, b!)).toBeLessThan(0.05)
    expect(far(a!, c!)).toBeGreaterThan(0.5)
    expect(a).toHaveLength(features.size)
  })

  it('take images of any size, in colour too', () => {
    for (const [width, height] of [
      [1, 1],
      [3, 100],
      [300, 200],
    ] as const) {
      const color = { width, height, channels: 3 } as const
      const values = new GradientFeatures(color).of(new Float32Array(width * height * 3).fill(0.5))
      expect(values.every(Number.isFinite)).toBe(true)
    }
  })
})

describeRuntimes('measures that compute in a runtime', (runtime) => {
  it('find a place that is unlike all others', async () => {
    const random = randomStream(5)
    const normal = new Float32Array(12 * 1024)
    for (let i = 0; i < 12; i++) normal.set(stripes(random), i * 1024)
    const patches = await PatchSurprise.fit(runtime(), undefined, normal, shape, randomStream(6))
    try {
      const damaged = stripes(random)
      for (let y = 20; y < 24; y++) for (let x = 8; x < 12; x++) damaged[y * 32 + x] = (x + y) % 2
      const { texture, pieces } = await patches.mapsOf(damaged)
      for (const map of [texture, pieces]) {
        const worst = map.indexOf(Math.max(...map))
        expect(Math.hypot((worst % 32) - 10, Math.floor(worst / 32) - 22)).toBeLessThan(4)
        expect(Math.max(...map)).toBeGreaterThan(5)
      }
    } finally {
      await patches.dispose()
    }
  })

  it('find a place where a texture is worn away, which all patches together have in their middle', async () => {
    const random = randomStream(15)
    const grain = () => Float32Array.from({ length: 1024 }, () => random.uniform())
    const normal = new Float32Array(12 * 1024)
    for (let i = 0; i < 12; i++) normal.set(grain(), i * 1024)
    const patches = await PatchSurprise.fit(runtime(), undefined, normal, shape, randomStream(6))
    try {
      const worn = grain()
      for (let y = 14; y < 26; y++)
        for (let x = 4; x < 16; x++) worn[y * 32 + x] = 0.5 + 0.1 * (worn[y * 32 + x]! - 0.5)
      const maps = await patches.mapsOf(worn)
      for (const map of [maps.quiet, heatOf(maps)]) {
        const worst = map.indexOf(Math.max(...map))
        expect(Math.hypot((worst % 32) - 9.5, Math.floor(worst / 32) - 19.5)).toBeLessThan(6)
        expect(Math.max(...map)).toBeGreaterThan(5)
      }
    } finally {
      await patches.dispose()
    }
  })

  it('leave an image itself out when it is one of the normal ones', async () => {
    const random = randomStream(7)
    const vectors = Float32Array.from({ length: 40 * 6 }, () => random.normal())
    const score = await NeighborScore.create(runtime(), undefined, vectors, 6)
    try {
      const own = await score.of(
        vectors,
        Int32Array.from({ length: 40 }, (_, i) => i),
      )
      const asOthers = await score.of(vectors)
      expect(own.every((value, i) => value > asOthers[i]!)).toBe(true)
      const [far] = await score.of(new Float32Array(6).fill(20))
      expect(far).toBeGreaterThan(Math.max(...own))
    } finally {
      await score.dispose()
    }
  })
})

describe('damage', () => {
  const small = { width: 12, height: 10, channels: 3 } as const
  const pixels = Uint8Array.from({ length: 3 * 360 }, (_, i) => (i * 7) % 256)
  const draw = (strength: number, seed: number) => {
    const field = new Float32Array(pixels.length)
    const source = damage({ kind: 'damage', min: strength, max: strength }, small)
    source.draw(randomStream(seed), pixels, field, new Float32Array(3))
    return field
  }

  it('changes some places of an image and leaves values within 0 and 1', () => {
    const clean = Float32Array.from(pixels, (value) => value / 255)
    for (let seed = 0; seed < 20; seed++) {
      const field = draw(2, seed)
      const changed = field.filter((value, i) => Math.abs(value - clean[i]!) > 1e-6).length
      expect(changed).toBeGreaterThan(0)
      expect(changed).toBeLessThan(field.length)
      expect(field.every((value) => value >= 0 && value <= 1)).toBe(true)
    }
  })

  it('is the same for the same seed, and none at strength 0', () => {
    expect(draw(2, 5)).toEqual(draw(2, 5))
    expect(draw(0, 5)).toEqual(Float32Array.from(pixels, (value) => value / 255))
  })
})
