import { spawnSync } from 'node:child_process'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { preprocessingSchema } from '../../../../src/shared/dataset'
import { decodeImage } from '../../../../src/main/features/pictures/decodeImage'
import { prepareImage } from '../../../../src/main/features/pictures/prepareImage'
import { readPicture } from '../../../../src/main/features/pictures/readPicture'
import { newExtension, writePicture } from '../../../../src/main/features/pictures/writePicture'
import { hasCases, hasExiftool, sharedCases } from '../../../support/requirements'
import { temporaryFolder } from '../../../support/testFolder'

const pathOf = (name: string) => join(sharedCases, 'pictures', name)

/** Read and written again with nothing changed. */
async function through(name: string) {
  const folder = await temporaryFolder()
  const path = join(folder, name)
  await copyFile(pathOf(name), path)
  const image = await prepareImage(path)
  const picture = await readPicture(image)
  const out = join(folder, `out${newExtension(picture) ?? name.slice(name.lastIndexOf('.'))}`)
  await writePicture(image, picture, picture.pixels, out)
  return { picture, out }
}

async function imported(name: string, width = 64, height = 64) {
  const preprocessing = preprocessingSchema.parse({ width, height, color: 'rgb' })
  return (await decodeImage(await prepareImage(pathOf(name)), preprocessing)).data
}

const meanOf = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length

const told = (path: string, ...tags: string[]) =>
  spawnSync('exiftool', ['-s3', '-n', ...tags.map((tag) => `-${tag}`), path])
    .stdout.toString()
    .trim()
    .split('\n')

describe.skipIf(!hasCases())('pictures that once failed', () => {
  it.each(['grey_alpha8.png', 'grey_alpha8.tif'])('%s keeps its alpha', async (name) => {
    const { picture, out } = await through(name)
    expect(picture.channels).toBe(2)
    const { data } = await sharp(out).extractChannel('alpha').raw().toBuffer({ resolveWithObject: true })
    const half = (left: boolean) => new Set(data.filter((_, i) => i % 128 < 64 === left))
    expect([...half(true)]).toEqual([255])
    expect([...half(false)]).toEqual([40])
  })

  it.each([
    ['four_grey8.tif', 4, 1],
    ['five_channels8.tif', 5, 3],
    ['rgb_extra_unspecified.tif', 4, 3],
  ] as const)('%s keeps its %i channels', async (name, channels, colors) => {
    const { picture, out } = await through(name)
    expect(picture.channels).toBe(colors)
    expect((await sharp(out).metadata()).channels).toBe(channels)
    if (hasExiftool()) expect(told(out, 'ExtraSamples')).toEqual(told(pathOf(name), 'ExtraSamples'))
  })

  it('a channel that nobody explains is not taken for alpha on import', async () => {
    const alone = await sharp(pathOf('rgb_extra_unspecified.tif'), { failOn: 'none' }).raw().toBuffer()
    const colors = alone.filter((_, i) => i % 4 < 3)
    expect(meanOf(await imported('rgb_extra_unspecified.tif', 256, 256))).toBeCloseTo(meanOf(colors), 0)
  })

  it('BMP', async () => {
    expect(await imported('rle8.bmp')).toEqual(await imported('plain8.bmp'))
    expect((await through('rle8.bmp')).picture.pixels).toEqual((await through('plain8.bmp')).picture.pixels)
    await expect(through('cut.bmp')).rejects.toThrow('The file is cut off or damaged')
  })

  it.each(['samsung_sos.jpg', 'extraneous_dqt.jpg', 'no_eoi.jpg'])(
    '%s has all of its pixels',
    async (name) => {
      const { picture } = await through(name)
      const pixels = await sharp(pathOf(name), { failOn: 'none' }).raw().toBuffer()
      expect(
        pixels.equals(Buffer.from(picture.pixels.buffer, picture.pixels.byteOffset, pixels.length)),
      ).toBe(true)
      expect(meanOf(await imported(name))).toBeCloseTo(meanOf(pixels), 0)
    },
  )

  it.each(['int16_neg.tif', 'float16.tif', 'float64.tif'])('%s', async (name) => {
    expect(Math.abs(meanOf(await imported(name)) - 104)).toBeLessThan(2)
    const { out } = await through(name)
    if (!hasExiftool()) return
    const tags = ['BitsPerSample', 'SampleFormat']
    expect(told(out, ...tags)).toEqual(told(pathOf(name), ...tags))
  })

  it.skipIf(!hasExiftool())('metadata', async () => {
    const scaled = told((await through('ij.tif')).out, 'XResolution', 'ResolutionUnit', 'ImageDescription')
    expect(scaled.slice(0, 2)).toEqual(['3.0769', '1'])
    expect(scaled[2]).toContain('ImageJ=1.11a')
    const { picture, out } = await through('uhdr.jpg')
    expect(told(out, 'Title', 'Rating', 'Keywords')).toEqual(['My title', '4', 'cat'])
    expect(told(out, 'XMP-hdrgm:Version', 'XMP-Container:DirectoryItemMime')).toEqual([''])
    expect(picture.remark).toContain('gain map')
    const tags = ['ColorPrimaries', 'TransferCharacteristics', 'VideoFullRangeFlag']
    expect(told((await through('rgb8_cicp_pq.png')).out, ...tags)).toEqual(
      told(pathOf('rgb8_cicp_pq.png'), ...tags),
    )
  })

  it('further pictures in a file', async () => {
    const { picture } = await through('pages_uneven.tif')
    expect(picture).toMatchObject({ pages: 1, width: 256, height: 256 })
    expect(picture.remark).toContain('smaller copy')
    expect((await through('anim.png')).picture.remark).toContain('an animation of 3 frames')
  })

  it('is turned on import', async () => {
    const turned = await sharp(pathOf('small_orientation6.tif')).rotate().raw().toBuffer()
    expect(Buffer.from(await imported('small_orientation6.tif', 96, 128))).toEqual(turned)
  })
})
