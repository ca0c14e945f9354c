import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { prepareImage } from '../../../../src/main/features/pictures/prepareImage'
import { sigmaScale } from '../../../../src/main/features/pictures/pictureScale'
import { withChanges } from '../../../../src/main/features/pictures/floats'
import { readPicture } from '../../../../src/main/features/pictures/readPicture'
import {
  asTheOriginal,
  newExtension,
  writePicture,
} from '../../../../src/main/features/pictures/writePicture'
import { bmp, greyTiff } from '../../../support/imageBytes'
import { temporaryFolder } from '../../../support/testFolder'

const [width, height] = [37, 23]
const xmp =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>hills</dc:format></rdf:Description></rdf:RDF></x:xmpmeta>'

type Channels = 1 | 2 | 3 | 4

function values(channels: Channels, deep: boolean): Uint8Array | Uint16Array {
  const length = width * height * channels
  const value = (i: number) => (i * 7919) % 65_521
  return deep
    ? Uint16Array.from({ length }, (_, i) => value(i))
    : Uint8Array.from({ length }, (_, i) => value(i) >> 8)
}

function imageOf(channels: Channels, deep: boolean): Sharp {
  const space = channels < 3 ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb'
  const made = sharp(values(channels, deep), { raw: { width, height, channels } })
    .toColourspace(space)
    .withExif({
      IFD0: { Make: 'Camera', Copyright: 'Somebody' },
      IFD2: { DateTimeOriginal: '2024:05:06 07:08:09' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
    })
    .withXmp(xmp)
  // It would make colours of grey.
  return channels < 3 ? made : made.withMetadata({ density: 300, orientation: 6 })
}

const encoders: Record<string, (image: Sharp) => Sharp> = {
  png: (image) => image.png(),
  tiff: (image) => image.tiff({ compression: 'lzw' }),
  webp: (image) => image.webp({ lossless: true }),
  jpeg: (image) => image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
  avif: (image) => image.avif({ lossless: true }),
}

/** The picture's negative, written over a copy of its file. */
async function negative(name: string, file: Buffer) {
  const folder = await temporaryFolder()
  await writeFile(join(folder, name), file)
  const original = await prepareImage(join(folder, name))
  const picture = await readPicture(original)
  const white = picture.pixels instanceof Uint8Array ? 255 : 65_535
  const pixels = picture.pixels.map((value) => white - value)
  const out = join(folder, `out-${name}`)
  await writePicture(original, picture, pixels, out)
  return { original, picture, pixels, out }
}

describe('a picture that is read and written', () => {
  it.each([
    ['png', 1, false],
    ['png', 2, false],
    ['png', 3, false],
    ['png', 4, false],
    ['png', 1, true],
    ['png', 3, true],
    ['png', 4, true],
    ['tiff', 1, false],
    ['tiff', 3, true],
    ['webp', 3, false],
    ['webp', 4, false],
    ['jpeg', 1, false],
    ['jpeg', 3, false],
    ['avif', 3, false],
  ] as const)('as %s of %i channels, 16 bits %s', async (format, channels, deep) => {
    const file = await encoders[format]!(imageOf(channels, deep)).toBuffer()
    const { picture, pixels, out } = await negative(`a.${format}`, file)
    const [before, after] = [await sharp(file).metadata(), await sharp(out).metadata()]
    expect(after).toMatchObject({ format: before.format, depth: before.depth, channels: before.channels })
    expect(after.space).toBe(before.space)
    expect(before.channels).toBe(channels)
    expect([after.width, after.height, after.orientation]).toEqual([
      before.width,
      before.height,
      before.orientation,
    ])
    expect(after.density).toBe(before.density)
    expect(after.xmp?.toString()).toBe(before.xmp?.toString())
    if (before.exif) {
      expect(after.exif).toHaveLength(before.exif.length)
      for (const text of ['Camera', 'Somebody', '2024:05:06 07:08:09'])
        expect(after.exif!.includes(text)).toBe(true)
    }
    expect(after.icc).toEqual(before.icc)
    // JPEG, WebP and AVIF lose a little; what is lost is not looked at here.
    if (format !== 'png' && format !== 'tiff') return
    const again = await readPicture(await prepareImage(out))
    expect(again.pixels).toEqual(pixels)
    expect(again.channels).toBe(picture.channels)
  })

  it('keeps a colour profile, and values that are in it', async () => {
    const file = await imageOf(3, false).withIccProfile('p3').png().toBuffer()
    const { picture, pixels, out } = await negative('a.png', file)
    const { icc } = await sharp(file).metadata()
    expect(icc!.length).toBeGreaterThan(100)
    expect((await sharp(out).metadata()).icc).toEqual(icc)
    expect((await readPicture(await prepareImage(out))).pixels).toEqual(pixels)
    expect(picture.pixels).toEqual(
      (await sharp(file, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true })).data,
    )
  })

  it('leaves the original alone', async () => {
    const file = await encoders.png!(imageOf(3, false)).toBuffer()
    const { original } = await negative('a.png', file)
    expect(await readFile(original.path)).toEqual(file)
  })

  it.each([
    [2000, 'its own'],
    [2001, 'the standard’s'],
  ])('of 2000 × %i has %s tables as a JPEG', async (rows, whose) => {
    const grey = sharp({ create: { width: 2000, height: rows, channels: 3, background: '#777' } })
    const { out } = await negative('grey.jpg', await grey.toColourspace('b-w').jpeg().toBuffer())
    const file = await readFile(out)
    // The first marker of tables: its length, class and number, and how many codes there are of 1, 2… bits.
    const counts = file.subarray(file.indexOf(Buffer.of(0xff, 0xc4)) + 5).subarray(0, 16)
    const ofBrightness = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    if (whose === 'its own') expect([...counts]).not.toEqual(ofBrightness)
    else expect([...counts]).toEqual(ofBrightness)
  })

  it('becomes PNG where its format cannot be written', async () => {
    const rows = new Uint8Array(4 * 2 * 2).fill(90)
    const { picture, pixels, out } = await negative('a.bmp', bmp(2, 2, 24, rows))
    expect(newExtension(picture)).toBe('.png')
    expect(await sharp(out).metadata()).toMatchObject({ format: 'png', width: 2, height: 2 })
    expect(new Uint8Array((await readPicture(await prepareImage(out))).pixels)).toEqual(pixels)
    const gif = await sharp(values(3, false), { raw: { width, height, channels: 3 } })
      .gif()
      .toBuffer()
    expect((await sharp((await negative('a.gif', gif)).out).metadata()).format).toBe('png')
  })

  it.each([[0], [-4], [-1e6]])(
    'of floats that are all %d is no reason to divide by nothing',
    async (value) => {
      const path = join(await temporaryFolder(), 'a.tif')
      await writeFile(path, greyTiff(2, 2, 32, 3, new Float32Array(4).fill(value)))
      const picture = await readPicture(await prepareImage(path))
      const { floats, pixels } = picture
      expect(sigmaScale(picture)).toBeGreaterThan(0)
      expect(withChanges(floats!, pixels as Uint16Array)).toEqual(new Float32Array(4).fill(value))
    },
  )

  it('of floats has them again where nothing was changed, and what was changed in their range', async () => {
    const given = Float32Array.of(-0.25, 0.125, 1000.5, Number.NaN)
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'a.tif'), greyTiff(2, 2, 32, 3, given))
    const original = await prepareImage(join(folder, 'a.tif'))
    const picture = await readPicture(original)
    expect(picture.pixels).toEqual(Uint16Array.of(0, 25, 65535, 0))
    const pixels = Uint16Array.of(0, 26, 0, 0)
    await writePicture(original, picture, pixels, join(folder, 'b.tif'))
    const { floats } = await readPicture(await prepareImage(join(folder, 'b.tif')))
    expect([...floats!.values]).toEqual([
      -0.25,
      expect.closeTo(0.125 + 1000.75 / 65535, 5),
      expect.closeTo(-0.25, 3),
      Number.NaN,
    ])
    // In another format they are 16 bits.
    await writePicture(original, picture, pixels, join(folder, 'b.png'), { ...asTheOriginal, format: 'png' })
    expect((await readPicture(await prepareImage(join(folder, 'b.png')))).pixels).toEqual(pixels)
  })

  it.each([
    [
      'whole numbers of 64 bits',
      'a.tif',
      () => greyTiff(2, 2, 64, 1, new BigUint64Array(4)),
      'whole numbers of 64 bits',
    ],
    [
      'pages of different sizes',
      'a.tif',
      async () => {
        const [one, other] = [
          greyTiff(4, 4, 8, 1, new Uint8Array(16)),
          greyTiff(2, 2, 8, 1, new Uint8Array(4)),
        ]
        // The second follows the first one's directory, with what it points to moved there.
        const moved = Buffer.from(other.subarray(8))
        moved.writeUInt32LE(moved.readUInt32LE(4 + 2 + 12 * 5 + 8) + one.length - 8, 4 + 2 + 12 * 5 + 8)
        one.writeUInt32LE(one.length + 4, one.length - 4)
        return Buffer.concat([one, moved])
      },
      'page 1 has 4 × 4 pixels with 1 × 8 bits, page 2 2 × 2 pixels',
    ],
  ])('is refused with %s', async (_, name, make, sentence) => {
    const path = join(await temporaryFolder(), name)
    await writeFile(path, await make())
    await expect(readPicture(await prepareImage(path))).rejects.toThrow(sentence)
  })

  it.each(['tiff', 'webp'] as const)('keeps its pages as %s', async (format) => {
    const pages = { width, height: 3 * height, channels: 3, pageHeight: height } as const
    const all = Uint8Array.from({ length: 3 * width * height * 3 }, (_, i) => (i * 7919) % 251)
    const file = await encoders[format]!(sharp(all, { raw: pages })).toBuffer()
    const { picture, pixels, out } = await negative(`pages.${format}`, file)
    expect(picture).toMatchObject({ pages: 3, height, width })
    const again = await readPicture(await prepareImage(out))
    expect(again).toMatchObject({ pages: 3, height, width })
    // WebP is written with hardly any loss, and not with none.
    if (format === 'tiff') expect(again.pixels).toEqual(pixels)
  })

  it('is refused when it is damaged', async () => {
    const file = await encoders.jpeg!(imageOf(3, false)).toBuffer()
    const path = join(await temporaryFolder(), 'a.jpg')
    await writeFile(path, file.subarray(0, file.length / 2))
    await expect(readPicture(await prepareImage(path))).rejects.toThrow('cut off or damaged')
  })
})
