import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { clippedMoments } from '../../../../src/main/engine/denoising/clippedNoise'
import { estimateChannels } from '../../../../src/main/engine/denoising/estimateChannels'
import { estimateNoise, type Plane } from '../../../../src/main/engine/denoising/noiseEstimate'
import { randomStream } from '../../../../src/main/engine/training/random'
import { hasShared, sharedData } from '../../../support/requirements'

/** Shades, discs with sharp edges and a stripe of texture: values from black to white. */
function picture(height: number, width: number): Plane {
  const data = new Float32Array(height * width)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const shade = 0.15 + (0.6 * x) / width + 0.1 * Math.sin(y / 30)
      const disc =
        (Math.floor(x / 40) + Math.floor(y / 40)) % 3 === 0 && Math.hypot((x % 40) - 20, (y % 40) - 20) < 14
      const texture = y > 0.8 * height ? 0.2 * Math.sin(x * 1.3) * Math.cos(y * 0.9) : 0
      data[y * width + x] = Math.min(1, Math.max(0, (disc ? 0.9 - shade / 2 : shade) + texture))
    }
  return { height, width, data }
}

function withNoise(plane: Plane, sigma: number, seed = 1): Plane {
  const random = randomStream(seed)
  return { ...plane, data: plane.data.map((value) => value + (sigma / 255) * random.normal()) }
}

/** As a file of 8 bits has it. */
const saved = (plane: Plane): Plane => ({
  ...plane,
  data: plane.data.map((value) => Math.round(255 * Math.min(1, Math.max(0, value))) / 255),
})

const sigmaOf = (plane: Plane) => estimateNoise([plane])!.sigma

const isWithin = (share: number, estimated: number, sigma: number) =>
  expect(Math.abs(estimated / sigma - 1), `${estimated} for ${sigma}`).toBeLessThan(share)

describe('estimateNoise', () => {
  it.each([5, 8, 15, 25, 40, 60])('tells sigma %d within a tenth', (sigma) => {
    const noisy = withNoise(picture(240, 300), sigma)
    isWithin(0.1, sigmaOf(noisy), sigma)
    // What was cut off at black and white, and rounded, tells as much.
    isWithin(0.1, sigmaOf(saved(noisy)), sigma)
  })

  it.each([10, 60])('tells sigma %d of a picture that is black', (sigma) => {
    const black = { height: 160, width: 160, data: new Float32Array(160 * 160) }
    isWithin(0.1, sigmaOf(saved(withNoise(black, sigma))), sigma)
  })

  it('finds next to nothing where there is none', () => {
    expect(sigmaOf(saved(picture(240, 300)))).toBeLessThan(1)
    const flat = { height: 64, width: 64, data: new Float32Array(64 * 64).fill(0.5) }
    expect(sigmaOf(flat)).toBe(0)
  })

  it.each([
    [1, 1, null],
    [1, 500, null],
    [3, 5, null],
    [12, 12, 25],
  ])('takes images of %d × %d', (height, width, sigma) => {
    const estimated = estimateNoise([withNoise(picture(height, width), 25)])
    if (sigma === null) expect(estimated).toBeNull()
    else expect(estimated!.sigma).toBeGreaterThan(5)
  })

  it.skipIf(!hasShared())('tells the noise of photographs', { timeout: 120_000 }, async () => {
    const folder = join(sharedData, 'train400')
    for (const name of readdirSync(folder).sort().slice(0, 4)) {
      const { data, info } = await sharp(join(folder, name))
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true })
      const clean = {
        height: info.height,
        width: info.width,
        data: Float32Array.from(data, (value) => value / 255),
      }
      for (const sigma of [10, 30, 60]) isWithin(0.1, sigmaOf(saved(withNoise(clean, sigma))), sigma)
    }
  })
})

describe('estimateChannels', () => {
  it('tells each channel, and leaves alpha alone', () => {
    const [height, width] = [200, 220]
    const sigmas = [8, 20, 45]
    const channels = sigmas.map((sigma, c) => saved(withNoise(picture(height, width), sigma, c + 2)).data)
    const data = new Uint8Array(height * width * 4)
    for (let i = 0; i < height * width; i++) {
      channels.forEach((values, c) => (data[4 * i + c] = Math.round(255 * values[i]!)))
      data[4 * i + 3] = i % 256
    }
    const estimated = estimateChannels({ height, width, channels: 4, data })!
    expect(estimated.sigmas).toHaveLength(3)
    estimated.sigmas.forEach((one, c) => isWithin(0.1, one, sigmas[c]!))
    // The noise of each was drawn by itself.
    estimated.correlation.forEach((row, i) =>
      row.forEach((one, j) => expect(Math.abs(one - Number(i === j))).toBeLessThan(0.1)),
    )
  })

  it('tells noise that is alike in all channels', () => {
    const [height, width] = [150, 160]
    const [common, red, blue] = [4, 5, 6].map((seed) => withNoise(picture(height, width), 20, seed).data)
    const data = new Float32Array(height * width * 3)
    for (let i = 0; i < height * width; i++) {
      data[3 * i] = (common![i]! + red![i]!) / 2
      data[3 * i + 1] = common![i]!
      data[3 * i + 2] = (common![i]! + blue![i]!) / 2
    }
    const { correlation } = estimateChannels({ height, width, channels: 3, data })!
    expect(correlation[0]![1]).toBeCloseTo(Math.SQRT1_2, 1)
    expect(correlation[0]![2]).toBeCloseTo(0.5, 1)
    const grey = new Float32Array(height * width * 3).map((_, i) => common![Math.floor(i / 3)]!)
    const alike = estimateChannels({ height, width, channels: 3, data: grey })!.correlation
    alike.flat().forEach((one) => expect(one).toBeCloseTo(1, 5))
  })

  it.each([
    [1500, 1200],
    [40, 40_000],
    [40_000, 40],
  ])('looks at parts of %d × %d pixels', (height, width) => {
    const { data } = withNoise(picture(height, width), 20)
    isWithin(0.1, estimateChannels({ height, width, channels: 1, data })!.sigmas[0]!, 20)
  })
})

describe('clippedMoments', () => {
  it.each([
    [0, 0.1],
    [0.5, 0.3],
    [0.95, 0.2],
    [-0.1, 0.15],
  ])('are those of clipped numbers around %d with sigma %d', (mean, sigma) => {
    const random = randomStream(3)
    const values = Array.from({ length: 200_000 }, () =>
      Math.min(1, Math.max(0, mean + sigma * random.normal())),
    )
    const average = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length
    const expected = clippedMoments(mean, sigma)
    // Four times the standard error of the largest.
    expect(Math.abs(expected.mean - average)).toBeLessThan(0.003)
    expect(Math.abs(expected.variance - variance)).toBeLessThan(0.001)
  })
})
