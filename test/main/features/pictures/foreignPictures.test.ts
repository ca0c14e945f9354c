import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { preprocessingSchema } from '../../../../src/shared/dataset'
import { decodeImage } from '../../../../src/main/features/pictures/decodeImage'
import { toCurve } from '../../../../src/main/features/pictures/foreign/foreignPixels'
import { foreignPictures } from '../../../../src/main/features/pictures/foreign/foreignPictures'
import { prepareImage } from '../../../../src/main/features/pictures/prepareImage'
import { readPicture } from '../../../../src/main/features/pictures/readPicture'
import { LoadedPicture } from '../../../../src/main/features/denoising/loadedPicture'
import { readThumbnail } from '../../../../src/main/features/denoising/thumbnail'
import { newExtension, writePicture } from '../../../../src/main/features/pictures/writePicture'
import { dng } from '../../../support/dngBytes'
import { exr } from '../../../support/exrBytes'
import { deepHeic, heic } from '../../../support/heicBytes'
import { hasExiftool } from '../../../support/requirements'
import { temporaryFolder } from '../../../support/testFolder'

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterAll(() => foreignPictures.end())

async function put(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

/** Read and written again with nothing changed. */
async function through(path: string, format: 'same' | 'png' = 'same') {
  const image = await prepareImage(path)
  const picture = await readPicture(image)
  const options = { format, quality: null, note: null }
  const out = join(folder, `out-${basename(path)}${newExtension(picture, options)}`)
  await writePicture(image, picture, picture.pixels, out, options)
  return { image, picture, out }
}

const imported = async (path: string, width: number, height: number) =>
  (await decodeImage(await prepareImage(path), preprocessingSchema.parse({ width, height, color: 'rgb' })))
    .data

const pixelAt = (data: ArrayLike<number>, width: number, x: number, y: number) =>
  [0, 1, 2].map((c) => data[3 * (y * width + x) + c]!)

describe('a raw file of a camera', () => {
  const [width, height] = [64, 48]
  const light = (x: number): [number, number, number] => (x < width / 2 ? [0.2, 0.2, 0.2] : [0.5, 0.1, 0.05])
  const make = (orientation: number) => dng({ width, height, light, orientation })

  it('is developed with its white balance into 16 bits of sRGB', async () => {
    const { picture, out } = await through(await put('a.dng', await make(1)))
    expect(picture).toMatchObject({ format: 'raw', width, height, channels: 3, orientation: 1 })
    expect(picture.pixels).toBeInstanceOf(Uint16Array)
    for (const [x, linear] of [
      [10, [0.2, 0.2, 0.2]],
      [54, [0.5, 0.1, 0.05]],
    ] as const)
      pixelAt(picture.pixels, width, x, 20).forEach((value, c) =>
        expect(value / 65_535).toBeCloseTo(toCurve(linear[c]!), 2),
      )
    expect(out).toMatch(/\.tif$/)
    expect(await sharp(out).metadata()).toMatchObject({ format: 'tiff', depth: 'ushort', channels: 3 })
  })

  it('stands upright, in a list and in a dataset too', async () => {
    const path = await put('turned.dng', await make(6))
    const { image, picture } = await through(path)
    expect([image.width, image.height, picture.width, picture.height]).toEqual([height, width, height, width])
    const data = await imported(path, height, width)
    expect(pixelAt(data, height, 20, 10).every((value) => Math.abs(value - 124) < 3)).toBe(true)
    const thumbnail = await readThumbnail(path, 32)
    expect([thumbnail.width, thumbnail.height]).toEqual([24, 32])
  })

  it('is known by what is in it where its name says TIFF, and refused in words where it is cut off', async () => {
    const file = await make(1)
    expect((await prepareImage(await put('sensor.tif', file))).format).toBe('raw')
    const path = await put('cut.dng', file.subarray(0, 3000))
    await expect(prepareImage(path).then(readPicture)).rejects.toThrow(/damaged/)
  })

  it.skipIf(!hasExiftool())('keeps who took it when and how', async () => {
    const { out } = await through(await put('told.dng', await make(1)))
    const told = spawnSync('exiftool', [
      '-s3',
      '-Make',
      '-Model',
      '-Artist',
      '-ISO',
      '-DateTimeOriginal',
      out,
    ])
    expect(told.stdout.toString().trim().split('\n')).toEqual([
      ...['Nobody', 'Test camera', 'A photographer', '6400', '2026:03:04 05:06:07'],
    ])
  })
})

describe('HEIC', () => {
  it('is read, and written as JPEG', async () => {
    const { picture, out } = await through(await put('phone.heic', heic))
    expect(picture).toMatchObject({ format: 'heic', width: 64, height: 48, channels: 3 })
    for (const [x, y] of [
      [8, 8],
      [50, 30],
    ] as const)
      pixelAt(picture.pixels, 64, x, y).forEach((value, c) =>
        expect(Math.abs(value - [4 * x, 5 * y, 2 * (x + y)][c]!)).toBeLessThan(12),
      )
    expect(await sharp(out).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 48 })
    expect(Math.abs((await imported(join(folder, 'phone.heic'), 64, 48))[3 * 40]! - 160)).toBeLessThan(12)
  })

  it('keeps 10 bits where the result has them', async () => {
    const { picture, out } = await through(await put('deep.heic', deepHeic), 'png')
    expect(picture.pixels).toBeInstanceOf(Uint16Array)
    const [red] = pixelAt(picture.pixels, 64, 31, 24)
    expect(red! / 65_535).toBeCloseTo(31 / 63, 1)
    expect(new Set(picture.pixels).size).toBeGreaterThan(256)
    expect((await sharp(out).metadata()).depth).toBe('ushort')
  })

  it('is refused in words where it is damaged', async () => {
    const path = await put('cut.heic', heic.subarray(0, 600))
    await expect(prepareImage(path).then(readPicture)).rejects.toThrow(/damaged/)
  })
})

describe('OpenEXR', () => {
  const [width, height] = [32, 24]
  const value = (channel: string, x: number, y: number) =>
    channel === 'R' ? (4 * x) / width : channel === 'G' ? y / height : channel === 'B' ? -0.01 : 0.5

  it('comes back as floats of linear light', async () => {
    const path = await put('light.exr', exr(width, height, ['R', 'G', 'B', 'Z'], value))
    const { picture, out } = await through(path)
    expect(picture).toMatchObject({ format: 'exr', width, height, channels: 3 })
    expect(picture.remark).toContain('Z')
    const { data } = await sharp(out)
      .toColourspace('scrgb')
      .raw({ depth: 'float' })
      .toBuffer({ resolveWithObject: true })
    const values = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
    for (const [x, y] of [
      [3, 2],
      [30, 20],
    ] as const)
      pixelAt(values, width, x, y).forEach((found, c) => expect(found).toBeCloseTo(value('RGB'[c]!, x, y), 5))
  })

  it('is shown, imported and written to other formats up to white, in the curve of screens', async () => {
    const path = await put('shown.exr', exr(width, height, ['R', 'G', 'B'], value))
    const { out } = await through(path, 'png')
    const png = await sharp(out).raw().toBuffer()
    const data = await imported(path, width, height)
    const loaded = await LoadedPicture.load(path)
    const shown = loaded.onScreen(loaded.whole()).data
    for (const found of [png, data, shown]) {
      const [red, green] = pixelAt(found, width, 30, 12)
      expect(red).toBe(255)
      expect(Math.abs(green! - 255 * toCurve(0.5))).toBeLessThan(4)
    }
  })
})

it('what cannot be read is called by its name', async () => {
  const path = await put('layers.tif', Buffer.concat([Buffer.from('8BPS\0\x01', 'latin1'), Buffer.alloc(40)]))
  await expect(prepareImage(path)).rejects.toThrow(
    'It is a PSD file, which Hourglass does not read. Export it as TIFF or PNG.',
  )
  expect((await readFile(path)).length).toBeGreaterThan(0)
})
