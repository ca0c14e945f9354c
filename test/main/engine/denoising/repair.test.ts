import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { noRepairs, repairImage } from '../../../../src/main/engine/denoising/repair/repairImage'
import { drawnKinds, drawPicture } from '../../../../src/main/engine/imaging/drawnPictures'
import {
  type Bytes,
  syntheticNoises,
  type SyntheticNoise,
  withSyntheticNoise,
} from '../../../../src/main/engine/imaging/syntheticNoise'
import { randomNumbers } from '../../../support/randomNumbers'
import { syntheticPhotograph } from '../../../support/syntheticPhotograph'

function psnr(clean: Uint8Array, other: ArrayLike<number>): number {
  const sum = clean.reduce((total, value, i) => total + (value - other[i]!) ** 2, 0)
  return 10 * Math.log10(255 ** 2 / (sum / clean.length))
}

async function asJpeg({ data, width, height, channels }: Bytes, quality: number): Promise<Bytes> {
  const file = await sharp(data, { raw: { width, height, channels } }).jpeg({ quality }).toBuffer()
  const decoded = await sharp(file)
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer()
  return { width, height, channels, data: new Uint8Array(decoded) }
}

describe('impulses', () => {
  it.each([1, 3] as const)('of salt and pepper are filled, in %d channels', (channels) => {
    const clean = syntheticPhotograph(1, channels)
    const noisy = withSyntheticNoise(clean, 'salt and pepper 3 %', 2)
    const { image, repairs } = repairImage(noisy)
    expect(repairs.impulses).toBeGreaterThan(0.025)
    expect(repairs.impulses).toBeLessThan(0.035)
    expect(psnr(clean.data, noisy.data)).toBeLessThan(22)
    expect(psnr(clean.data, image.data)).toBeGreaterThan(38)
  })

  it('of hot pixels are filled, and all other values stay', () => {
    const clean = syntheticPhotograph(3)
    const noisy = withSyntheticNoise(clean, 'hot pixels', 4)
    const { image, repairs } = repairImage(noisy)
    expect(repairs.impulses).toBeGreaterThan(0.0005)
    expect(psnr(clean.data, image.data)).toBeGreaterThan(psnr(clean.data, noisy.data) + 3)
    const changed = Array.from(image.data).reduce(
      (sum, value, i) => sum + (value === noisy.data[i] ? 0 : 1),
      0,
    )
    expect(changed / image.data.length).toBeLessThan(0.003)
  })

  it('of salt and pepper are filled on white and on black too', () => {
    const { width, height, data } = syntheticPhotograph(13, 1)
    const part = (i: number) => Math.floor((4 * (i % width)) / width)
    const clean = data.map((value, i) => (part(i) === 0 ? 255 : part(i) === 3 ? 0 : value))
    const random = randomNumbers(9)
    const noisy = clean.map((value) => (random() < 0.03 ? (random() < 0.5 ? 0 : 255) : value))
    const { image } = repairImage({ width, height, channels: 1, data: noisy })
    const left = clean.reduce((sum, value, i) => sum + (Math.abs(value - image.data[i]!) > 100 ? 1 : 0), 0)
    expect(left / clean.length).toBeLessThan(0.0005)
  })

  it('are found as densely as 15 of 100, where many lie beside another one', () => {
    const clean = syntheticPhotograph(12, 1)
    const random = randomNumbers(7)
    const data = clean.data.map((value) => (random() < 0.15 ? (random() < 0.5 ? 0 : 255) : value))
    const { image, repairs } = repairImage({ ...clean, data })
    expect(repairs.impulses).toBeCloseTo(0.15, 1)
    expect(psnr(clean.data, image.data)).toBeGreaterThan(psnr(clean.data, data) + 10)
  })

  it('are found in 16 bits that use few of their values, and alpha is none', () => {
    const { width, height, data } = syntheticPhotograph(5, 1)
    const random = randomNumbers(6)
    const deep = new Uint16Array(data.length * 2)
    data.forEach((value, i) => {
      deep[2 * i] = random() < 0.01 ? 65_535 : 100 + 12 * value
      deep[2 * i + 1] = random() < 0.01 ? 0 : 65_535
    })
    const { image, repairs } = repairImage({ width, height, channels: 2, data: deep })
    expect(repairs.impulses).toBeCloseTo(0.01, 2)
    expect(Math.max(...image.data.filter((_, i) => i % 2 === 0))).toBeLessThan(4000)
    expect(image.data.filter((_, i) => i % 2 === 1)).toEqual(deep.filter((_, i) => i % 2 === 1))
    expect(repairs.range!.white).toBeLessThan(4500)
  })
})

describe('offsets of lines', () => {
  it.each(['rows', 'columns'] as const)('are taken out of %s', (direction) => {
    const clean = syntheticPhotograph(7, 1)
    const noisy = withSyntheticNoise(clean, 'row banding', 8)
    const turned = (data: Uint8Array) =>
      direction === 'rows' ? data : data.map((_, i) => data[(i % 256) * 256 + Math.floor(i / 256)]!)
    const { image, repairs } = repairImage({ ...noisy, data: turned(noisy.data) })
    expect(repairs[direction]).toBeGreaterThan(5)
    expect(repairs[direction]).toBeLessThan(8)
    expect(repairs[direction === 'rows' ? 'columns' : 'rows']).toBe(0)
    expect(psnr(turned(clean.data), image.data)).toBeGreaterThan(psnr(clean.data, noisy.data) + 3)
  })
})

describe('what is clean, or noisy in another way, stays as it is', () => {
  const isUntouched = (picture: Bytes) => {
    const { image, repairs } = repairImage(picture)
    expect(repairs).toEqual(noRepairs)
    expect(image.data).toBe(picture.data)
  }

  it.each(drawnKinds)('%s, also out of a JPEG', async (kind) => {
    for (const seed of [1, 2, 3]) {
      const picture = drawPicture(kind, seed)
      isUntouched(picture)
      isUntouched(await asJpeg(picture, 90))
      isUntouched(await asJpeg(picture, 60))
    }
  })

  it('photographs', async () => {
    for (const seed of [1, 2, 3]) {
      const picture = syntheticPhotograph(seed)
      isUntouched(picture)
      isUntouched(await asJpeg(picture, 90))
    }
  })

  it('thin slanting lines, whose ends stand alone, also out of a JPEG', async () => {
    const [width, height] = [256, 256]
    const data = new Uint8Array(width * height).fill(255)
    const random = randomNumbers(8)
    for (let line = 0; line < 260; line++) {
      const [x, y] = [8 + Math.floor(240 * random()), 8 + Math.floor(230 * random())]
      for (let i = 0; i < 6; i++) data[(y + i) * width + x + (line % 2 ? i : -i)] = 30
    }
    const picture = { width, height, channels: 1 as const, data }
    isUntouched(picture)
    isUntouched(await asJpeg(picture, 95))
    isUntouched(await asJpeg(picture, 90))
  })

  const others = (Object.keys(syntheticNoises) as SyntheticNoise[]).filter(
    (kind) => !['salt and pepper 3 %', 'hot pixels', 'row banding'].includes(kind),
  )
  it.each(others)('%s', (kind) => {
    for (const seed of [1, 2]) isUntouched(withSyntheticNoise(syntheticPhotograph(seed), kind, seed))
  })

  it.each([1, 2, 3, 8, 40])('pictures of %d pixels', (side) =>
    isUntouched({ ...syntheticPhotograph(9, 3, side), width: side, height: side }),
  )
})

it('a range is that of the picture in 16 bits, and there is none where most of the values are used', () => {
  const { width, height, data } = syntheticPhotograph(10, 1)
  const rangeIn = (least: number, step: number) =>
    repairImage({ width, height, channels: 1, data: Uint16Array.from(data, (value) => least + step * value) })
      .repairs.range
  expect(rangeIn(100, 15)!.black).toBeGreaterThanOrEqual(0)
  expect(rangeIn(100, 15)!.white).toBeLessThan(4200)
  expect(rangeIn(30_000, 20)!.black).toBeGreaterThan(29_000)
  expect(rangeIn(0, 257)).toBeNull()
  // Rounding is all that would be left.
  expect(rangeIn(0, 0.1)).toBeNull()
})

it('synthetic noise is that of its seed', () => {
  const clean = syntheticPhotograph(11, 3, 64)
  const isSame = (a: Bytes, b: Bytes) => Buffer.from(a.data).equals(Buffer.from(b.data))
  for (const kind of Object.keys(syntheticNoises) as SyntheticNoise[]) {
    const noisy = withSyntheticNoise(clean, kind, 1)
    expect(isSame(withSyntheticNoise(clean, kind, 1), noisy)).toBe(true)
    expect(isSame(withSyntheticNoise(clean, kind, 2), noisy)).toBe(false)
    expect(psnr(clean.data, noisy.data)).toBeLessThan(45)
  }
  for (const kind of drawnKinds) expect(isSame(drawPicture(kind, 1), drawPicture(kind, 1))).toBe(true)
})
