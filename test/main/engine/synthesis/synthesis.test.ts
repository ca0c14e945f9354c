import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type Camera, drawCamera, withCameraNoise } from '../../../../src/main/engine/synthesis/camera'
import { type ColorImage, emptyImage } from '../../../../src/main/engine/synthesis/colorImage'
import {
  demosaic,
  type DemosaicMethod,
  demosaicMethods,
  mosaicOf,
} from '../../../../src/main/engine/synthesis/demosaic'
import { blurred, resized } from '../../../../src/main/engine/synthesis/filters'
import { drawGraphics } from '../../../../src/main/engine/synthesis/graphics'
import { throughJpeg } from '../../../../src/main/engine/synthesis/jpeg'
import { noiseLevelsOf } from '../../../../src/main/engine/synthesis/levels'
import { rounded, withRealNoise } from '../../../../src/main/engine/synthesis/realNoise'
import { randomStream } from '../../../../src/main/engine/training/random'

const side = 48
const pattern = { redRow: 0, redColumn: 1 } as const

function painted(valueAt: (y: number, x: number, c: number) => number, size = side): ColorImage {
  const image = emptyImage(size, size)
  image.planes.forEach((plane, c) => {
    for (let i = 0; i < plane.length; i++) plane[i] = valueAt(Math.floor(i / size), i % size, c)
  })
  return image
}

const smooth = painted((y, x, c) => 0.5 + 0.3 * Math.sin(x / 7 + c) * Math.cos(y / 9))
const flat = painted((_, __, c) => [0.3, 0.5, 0.2][c]!)

function rms(a: ColorImage, b: ColorImage, margin = 0): number {
  let [sum, count] = [0, 0]
  a.planes.forEach((plane, c) => {
    for (let y = margin; y < a.height - margin; y++)
      for (let x = margin; x < a.width - margin; x++, count++)
        sum += (plane[y * a.width + x]! - b.planes[c]![y * a.width + x]!) ** 2
  })
  return Math.sqrt(sum / count)
}

describe('demosaicing', () => {
  const developed = (image: ColorImage, method: DemosaicMethod) =>
    demosaic(mosaicOf(image, pattern), image, pattern, method)

  test.each(demosaicMethods)('%s keeps a flat colour as it is', (method) => {
    expect(rms(developed(flat, method), flat)).toBeLessThan(1e-6)
  })

  test.each(demosaicMethods)('%s keeps a shade that is alike in all colours', (method) => {
    const shade = painted((y, x) => 0.1 + 0.01 * x + 0.005 * y)
    expect(rms(developed(shade, method), shade, 3)).toBeLessThan(1e-6)
  })

  test('corrections by the gradient are nearer to the picture than means', () => {
    const fine = painted((y, x) => 0.5 + 0.3 * Math.sin(x / 2) * Math.cos(y / 3))
    const of = (method: DemosaicMethod) => rms(developed(fine, method), fine, 3)
    expect(of('malvar')).toBeLessThan(of('bilinear'))
  })
})

describe('JPEG', () => {
  test.each([
    [90, false],
    [60, false],
    [75, true],
  ])('quality %i, colours at half the size: %s, is as libjpeg makes it', async (quality, halvesColor) => {
    const image = rounded(painted((y, x, c) => 0.5 + 0.3 * Math.sin(x / 3 + c) * Math.cos(y / 4), 64))
    const bytes = Buffer.alloc(64 * 64 * 3)
    image.planes.forEach((plane, c) => plane.forEach((value, i) => (bytes[3 * i + c] = 255 * value)))
    const jpeg = await sharp(bytes, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg({ quality, chromaSubsampling: halvesColor ? '4:2:0' : '4:4:4', optimiseCoding: false })
      .toBuffer()
    const { data } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
    const read = painted((y, x, c) => data[3 * (64 * y + x) + c]! / 255, 64)
    const own = throughJpeg(image, { quality, halvesColor, top: 0, left: 0 })
    const lost = rms(read, image)
    expect(rms(own, read)).toBeLessThan(0.7 * lost)
  })

  test('a grid that begins elsewhere changes the picture elsewhere', () => {
    const at = (left: number) => throughJpeg(smooth, { quality: 30, halvesColor: false, top: 0, left })
    expect(rms(at(0), at(3))).toBeGreaterThan(0)
    expect(rms(at(0), at(8))).toBeCloseTo(0, 6)
  })
})

describe('noise of a camera', () => {
  const plain: Camera = {
    ...{ shot: 0, read: 0, whiteBalance: [1, 1, 1], pattern, method: 'bilinear', contrast: 0 },
    ...{ smoothing: { brightness: 0, color: 0 }, scale: 1, sharpening: 0 },
    colors: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  }
  const normal = (seed: number) => {
    const random = randomStream(seed)
    return () => random.normal()
  }

  test('without noise of the sensor the picture stays as it is', () => {
    const camera = { ...drawCamera(randomStream(3), 1), shot: 0, read: 0 }
    expect(rms(withCameraNoise(smooth, camera, normal(1)), smooth)).toBeLessThan(1e-6)
  })

  test('its variance is that of shots and of readout, through the slope of the tone curve', () => {
    const grey = painted(() => 0.5, 128)
    const camera = { ...plain, shot: 0.001, read: 1e-5 }
    const noisy = withCameraNoise(grey, camera, normal(2))
    const linear = 0.5 ** 2.2
    // Green is measured at every other pixel, and is the mean of four elsewhere.
    const variance = (camera.shot * linear + camera.read) * (0.5 + 0.5 / 4)
    const slope = (1 / 2.2) * linear ** (1 / 2.2 - 1)
    const green = noisy.planes[1].reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / noisy.planes[1].length
    expect(Math.sqrt(green) / (slope * Math.sqrt(variance))).toBeCloseTo(1, 1)
  })

  test('is larger in colours that are amplified, and smooth where the camera smooths them', () => {
    const grey = painted(() => 0.5, 96)
    const camera = { ...plain, shot: 0.002, read: 1e-5 }
    const levels = (change: Partial<Camera>) =>
      noiseLevelsOf(grey, withCameraNoise(grey, { ...camera, ...change }, normal(4)))
    expect(levels({ whiteBalance: [2.2, 1, 1.7] }).color).toBeGreaterThan(1.2 * levels({}).color)
    const smoothed = levels({ smoothing: { brightness: 0, color: 2 } })
    expect(smoothed.color).toBeLessThan(0.5 * levels({}).color)
    expect(smoothed.brightness).toBeCloseTo(levels({}).brightness, 5)
  })

  test('levels and gains are those of Brooks et al. 2019', () => {
    for (let seed = 0; seed < 200; seed++) {
      const { shot, read, whiteBalance, colors } = drawCamera(randomStream(seed), 1)
      expect(shot).toBeGreaterThanOrEqual(1e-4)
      expect(shot).toBeLessThanOrEqual(0.012)
      expect(Math.abs(Math.log(read) - 2.18 * Math.log(shot) - 1.2)).toBeLessThan(5 * 0.26)
      expect(whiteBalance[0] / whiteBalance[1]).toBeGreaterThanOrEqual(1.9)
      expect(whiteBalance[2] / whiteBalance[1]).toBeLessThanOrEqual(1.9)
      for (const row of colors) expect(row[0] + row[1] + row[2]).toBeCloseTo(1, 9)
    }
  })
})

test('a blur keeps the mean and takes out what is fine', () => {
  const random = randomStream(5)
  const noise = Float32Array.from({ length: 64 * 64 }, () => random.normal())
  const result = blurred(noise, 64, 64, 1.5)
  const power = (values: Float32Array) =>
    values.reduce((sum, value) => sum + value * value, 0) / values.length
  // Of white noise 1 / (4 π σ²) of the power stays.
  expect(power(result) / power(noise)).toBeCloseTo(1 / (4 * Math.PI * 1.5 ** 2), 2)
})

test('resizing there and back keeps what is coarse', () => {
  expect(rms(resized(resized(smooth, 72, 72), side, side), smooth)).toBeLessThan(0.01)
})

test('real noise is what a file of 8 bits holds, the same for the same stream, and of several kinds', () => {
  const clean = rounded(smooth)
  const kinds = new Set<string>()
  for (let seed = 0; seed < 60; seed++) {
    const { kind, noisy } = withRealNoise(clean, randomStream(seed), 1)
    kinds.add(kind)
    for (const plane of noisy.planes)
      expect(plane.every((value) => value >= 0 && value <= 1 && isWhole(255 * value))).toBe(true)
    if (seed < 5) expect(withRealNoise(clean, randomStream(seed), 1).noisy.planes).toEqual(noisy.planes)
    if (kind === 'none') expect(noisy.planes).toEqual(clean.planes)
  }
  expect(kinds.size).toBeGreaterThanOrEqual(5)
})

const isWhole = (value: number) => Math.abs(value - Math.round(value)) < 1e-3

test('drawings have values that can be shown', () => {
  for (let seed = 0; seed < 30; seed++)
    for (const plane of drawGraphics(32, 40, randomStream(seed)).planes)
      expect(plane.every((value) => value >= 0 && value <= 1)).toBe(true)
})
