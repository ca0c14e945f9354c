import { describe, expect, it } from 'vitest'
import { coarseDifference, takeCoarse } from '../../../../src/main/engine/denoising/coarseColor'
import {
  noiseOfPlanes,
  type PixelImage,
  PixelTiles,
  type PixelTilesOptions,
} from '../../../../src/main/engine/denoising/pixelTiles'
import type { TiledImage } from '../../../../src/main/engine/denoising/tiledImage'
import { randomNumbers } from '../../../support/randomNumbers'

const [height, width] = [7, 9]

function image(channels: PixelImage['channels'], type: 'uint8' | 'uint16' | 'float32'): PixelImage {
  const random = randomNumbers(channels)
  const length = height * width * channels
  if (type === 'uint8')
    return { height, width, channels, data: Uint8Array.from({ length }, () => 255 * random()) }
  if (type === 'uint16')
    return { height, width, channels, data: Uint16Array.from({ length }, () => 65_535 * random()) }
  return { height, width, channels, data: Float32Array.from({ length }, () => 1.4 * random() - 0.2) }
}

/** What comes out when each tile of four is given to `restore`. */
function through(given: PixelImage, options: PixelTilesOptions, restore = (tile: Float32Array) => tile) {
  const result = given.data.slice().fill(0)
  const tiles = new PixelTiles(given, result, options)
  for (const [row, column] of [
    [
      { start: 0, from: 0, to: 4 },
      { start: 0, from: 0, to: 5 },
    ],
    [
      { start: 0, from: 0, to: 4 },
      { start: 3, from: 5, to: 11 },
    ],
    [
      { start: 2, from: 4, to: 8 },
      { start: 0, from: 0, to: 5 },
    ],
    [
      { start: 2, from: 4, to: 8 },
      { start: 3, from: 5, to: 11 },
    ],
  ] as const) {
    const place = { row, column, height: 6, width: 8 }
    const planes = Array.from({ length: tiles.planes }, (_, plane) =>
      restore(tiles.read(plane, row.start, column.start, place.height, place.width)),
    )
    tiles.write(planes, place)
  }
  return result
}

const plain: PixelTilesOptions = { planes: 'together', gains: [1] }
const apart: PixelTilesOptions = { planes: 'decorrelated', gains: [1, 1, 1] }

describe('PixelTiles', () => {
  it.each([
    [1, 'uint8', plain],
    [2, 'uint16', plain],
    [3, 'uint8', plain],
    [4, 'uint16', plain],
    [3, 'uint8', apart],
    [4, 'uint16', apart],
    [4, 'uint8', { ...apart, gains: [0.5, 2, 3] }],
    [3, 'uint16', { ...plain, gains: [0.3] }],
  ] as const)('gives back what goes through unchanged: %i channels, %s, %o', (channels, type, options) => {
    const given = image(channels, type)
    expect(through(given, options)).toEqual(given.data)
  })

  it.each([plain, apart])('does not clip floating point, %o', (options) => {
    const given = image(3, 'float32')
    const result = through(given, options)
    given.data.forEach((value, i) => expect(result[i]).toBeCloseTo(value, 5))
  })

  it('clips integers, and leaves alpha', () => {
    const given = image(2, 'uint8')
    const brighter = through(given, plain, (tile) => tile.map((value) => value + 0.3))
    for (let i = 0; i < given.data.length; i += 2) {
      expect(Math.abs(brighter[i]! - Math.min(255, given.data[i]! + 0.3 * 255))).toBeLessThan(0.51)
      expect(brighter[i + 1]).toBe(given.data[i + 1])
    }
  })

  it('goes on mirrored where the image ends', () => {
    const given = {
      height: 2,
      width: 3,
      channels: 1,
      data: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    } as const
    const tiles: TiledImage = new PixelTiles(given, new Float32Array(6), plain)
    const expected = [0.2, 0.3, 0.2, 0.5, 0.6, 0.5, 0.2, 0.3, 0.2]
    const read = tiles.read(0, 0, 1, 3, 3)
    expected.forEach((value, i) => expect(read[i]).toBeCloseTo(value, 6))
  })

  it('reads colours that are equal as brightness alone', () => {
    const grey = { height: 1, width: 2, channels: 3, data: Uint8Array.of(51, 51, 51, 204, 204, 204) } as const
    const tiles = new PixelTiles(grey, new Uint8Array(6), apart)
    expect(tiles.read(0, 0, 0, 1, 2)[1]).toBeCloseTo(0.8, 5)
    for (const plane of [1, 2])
      tiles.read(plane, 0, 0, 1, 2).forEach((value) => expect(value).toBeCloseTo(0.5, 5))
  })
})

describe('noiseOfPlanes', () => {
  it('is what independent noise becomes', () => {
    const [brightness, first, second] = noiseOfPlanes([30, 30, 30], 'decorrelated')
    expect(brightness).toBeCloseTo(30 / Math.sqrt(3), 6)
    expect(first).toBeCloseTo(30, 6)
    expect(second).toBeCloseTo(30, 6)
    expect(noiseOfPlanes([30, 0, 40], 'decorrelated')[1]).toBeCloseTo(Math.hypot(30, 40) / Math.SQRT2, 6)
    expect(noiseOfPlanes([10, 10, 10], 'together')).toEqual([10])
    expect(noiseOfPlanes([7], 'together')).toEqual([7])
  })
})

describe('the coarse part of a difference of colours', () => {
  /** Colours that change slowly, in an image of odd sides. */
  const slow = (shift: number): PixelImage => {
    const data = new Float32Array(21 * 17 * 3)
    for (let i = 0; i < data.length; i++) {
      const [x, y, c] = [Math.floor(i / 3) % 17, Math.floor(i / 3 / 17), i % 3]
      data[i] = 0.4 + 0.01 * x + (c === 0 ? 0.004 * y + shift : 0)
    }
    return { height: 21, width: 17, channels: 3, data }
  }

  it('is middle grey where there is none, and half as large', () => {
    const grey = { height: 3, width: 5, channels: 4, data: new Uint8Array(60).fill(77) } as const
    const coarse = coarseDifference(grey, 1)
    expect(coarse).toMatchObject({ height: 2, width: 3, channels: 1 })
    coarse.data.forEach((value) => expect(value).toBeCloseTo(0.5, 6))
  })

  it('changes nothing when it is taken from the image itself', () => {
    const image = slow(0)
    const data = image.data.slice()
    for (const plane of [1, 2]) takeCoarse({ ...image, data }, plane, coarseDifference(image, plane).data)
    image.data.forEach((value, i) => expect(data[i]).toBeCloseTo(value, 5))
  })

  it('is taken over, and nothing else is', () => {
    const [image, other] = [slow(0), slow(0.05)]
    const data = image.data.slice()
    for (const plane of [1, 2]) takeCoarse({ ...image, data }, plane, coarseDifference(other, plane).data)
    for (let i = 0; i < data.length; i += 3) {
      // Brightness stays; differences are those of the other.
      expect(data[i]! + data[i + 1]! + data[i + 2]!).toBeCloseTo(
        image.data[i]! + image.data[i + 1]! + image.data[i + 2]!,
        4,
      )
      expect(data[i]! - data[i + 1]!).toBeCloseTo(other.data[i]! - other.data[i + 1]!, 4)
      expect(data[i + 2]! - data[i + 1]!).toBeCloseTo(other.data[i + 2]! - other.data[i + 1]!, 4)
    }
  })
})
