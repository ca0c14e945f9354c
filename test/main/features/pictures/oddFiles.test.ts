import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { denoiseOutputSchema } from '../../../../src/shared/api/denoising'
import { CancelledError, ExpectedError } from '../../../../src/shared/errors'
import { preprocessingSchema } from '../../../../src/shared/dataset'
import { decodeImage } from '../../../../src/main/features/pictures/decodeImage'
import { findImages } from '../../../../src/main/features/datasets/findImages'
import { mendJpeg } from '../../../../src/main/features/pictures/jpegParts'
import { prepareImage } from '../../../../src/main/features/pictures/prepareImage'
import { reasonOf } from '../../../../src/main/features/pictures/unusableImage'
import { uprightPixels } from '../../../../src/main/features/pictures/uprightPixels'
import { readPicture } from '../../../../src/main/features/pictures/readPicture'
import { placeResult } from '../../../../src/main/features/denoising/resultPath'
import { SavedResults } from '../../../../src/main/features/denoising/savedResults'
import { newExtension, writePicture } from '../../../../src/main/features/pictures/writePicture'
import { withoutGainMap } from '../../../../src/main/features/pictures/xmpNote'
import { bmp, greyTiff } from '../../../support/imageBytes'
import { hasPeersPython, runPython } from '../../../support/peersPython'
import { temporaryFolder } from '../../../support/testFolder'

const [width, height] = [32, 24]
const values = (channels: number) =>
  Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 7919) % 251)
const image = (channels: 1 | 2 | 3 | 4) => sharp(values(channels), { raw: { width, height, channels } })
const raw = (file: Buffer | string) => sharp(file, { failOn: 'none' }).raw().toBuffer()

async function put(name: string, bytes: Uint8Array) {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, bytes)
  return prepareImage(path)
}

/** Read and written again with nothing changed. */
async function through(name: string, bytes: Uint8Array) {
  const original = await put(name, bytes)
  const picture = await readPicture(original)
  const out = join(
    await temporaryFolder(),
    `out${newExtension(picture) ?? name.slice(name.lastIndexOf('.'))}`,
  )
  await writePicture(original, picture, picture.pixels, out)
  return { picture, out }
}

async function imported(name: string, bytes: Uint8Array) {
  const preprocessing = preprocessingSchema.parse({ width, height, color: 'rgb' })
  return (await decodeImage(await put(name, bytes), preprocessing)).data
}

describe('a JPEG with something wrong around its pixels', () => {
  const make = () => image(3).jpeg().toBuffer()
  const scanAt = (file: Buffer) => file.indexOf(Buffer.from([0xff, 0xda]))

  it.each([
    ['no end', (file: Buffer) => file.subarray(0, -2)],
    [
      'bytes between segments',
      (file: Buffer) =>
        Buffer.concat([file.subarray(0, scanAt(file)), Buffer.alloc(18), file.subarray(scanAt(file))]),
    ],
    [
      'parameters of a scan that it has not',
      (file: Buffer) => {
        const wrong = Buffer.from(file)
        wrong.set([0, 0, 0], scanAt(file) + 2 + file.readUInt16BE(scanAt(file) + 2) - 3)
        return wrong
      },
    ],
  ])('is read whole: %s', async (_, spoil) => {
    const file = await make()
    const spoilt = spoil(file)
    await expect(sharp(spoilt).raw().toBuffer()).rejects.toThrow()
    const { picture, out } = await through('a.jpg', spoilt)
    expect(Buffer.from(picture.pixels)).toEqual(await raw(file))
    expect(await sharp(out).metadata()).toMatchObject({ format: 'jpeg', width, height })
    expect(await imported('a.jpg', spoilt)).toEqual(await imported('a.jpg', file))
  })

  it('is refused where pixels are missing', async () => {
    const cut = (await make()).subarray(0, -200)
    await expect(put('a.jpg', cut).then(readPicture)).rejects.toThrow('cut off')
    await expect(imported('a.jpg', cut)).rejects.toThrow('cut off')
    expect(mendJpeg(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0xff]))).toBeNull()
  })
})

describe('channels', () => {
  it.each(['png', 'tiff', 'webp'] as const)('alpha of grey stays in %s', async (format) => {
    const grey = image(2).toColourspace('b-w')
    const encoded = {
      png: () => grey.png(),
      tiff: () => grey.tiff({ compression: 'lzw' }),
      webp: () => grey.webp({ lossless: true }),
    }
    const file = await encoded[format]().toBuffer()
    const { out } = await through(`a.${format}`, file)
    const alpha = (from: Buffer | string) => sharp(from).extractChannel('alpha').raw().toBuffer()
    expect(await alpha(out)).toEqual(await alpha(file))
  })

  it('CMYK becomes sRGB, with a remark, its metadata and not its profile', async () => {
    const made = sharp({ create: { width, height, channels: 3, background: '#804020' } })
    for (const kind of ['jpeg', 'tiff'] as const) {
      const file = await made
        .clone()
        .withExif({ IFD0: { Artist: 'Somebody' } })
        .toColourspace('cmyk')
        [kind]()
        .toBuffer()
      const { picture, out } = await through(`a.${kind}`, file)
      expect(picture.remark).toContain('CMYK')
      const found = await sharp(out).metadata()
      expect(found).toMatchObject({ format: kind, space: 'srgb', channels: 3 })
      if (kind === 'jpeg') expect(found.exif!.includes('Somebody')).toBe(true)
      const [red, green, blue] = await imported(`a.${kind}`, file)
      expect(Math.hypot(red! - 0x80, green! - 0x40, blue! - 0x20)).toBeLessThan(40)
      expect(Math.abs(picture.pixels[0]! - red!)).toBeLessThan(3)
    }
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'stands upright from orientation %i as the decoder turns it',
    async (orientation) => {
      const data = values(3)
      const turned = uprightPixels({ data, width, height, channels: 3 }, orientation)
      const file = await image(3).withMetadata({ orientation }).png().toBuffer()
      const expected = await sharp(file).rotate().raw().toBuffer({ resolveWithObject: true })
      expect([turned.width, turned.height]).toEqual([expected.info.width, expected.info.height])
      expect(Buffer.from(turned.data)).toEqual(expected.data)
    },
  )
})

it('TIFF of signed integers keeps them, and is imported from the lowest to the highest', async () => {
  const signed = Int16Array.from({ length: width * height }, (_, i) => ((i * 37) % 2000) - 1000)
  const file = greyTiff(width, height, 16, 2, signed)
  const { picture, out } = await through('a.tif', file)
  expect(picture.floats!.sample).toEqual({ bits: 16, kind: 'signed' })
  expect((await readPicture(await prepareImage(out))).floats!.values).toEqual(Float32Array.from(signed))
  const data = await imported('a.tif', file)
  expect([Math.min(...data), Math.max(...data)]).toEqual([0, 255])
})

it('TIFF keeps a resolution of less than a pixel per inch', async () => {
  const file = await image(1)
    .toColourspace('b-w')
    .tiff({ xres: 0.03, yres: 0.03, resolutionUnit: 'cm' })
    .toBuffer()
  const { out } = await through('a.tif', file)
  const find = async (from: Buffer | string) => (await sharp(from).metadata()).density
  expect(await find(out)).toBe(await find(file))
})

it('BMP in runs of equal pixels', async () => {
  const palette = Uint8Array.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? 0 : i >> 2))
  // The lower row: three of 7, then 1 2 3 as they are, filled up to an even number; the upper one: one moved to, two of 9.
  const runs = Uint8Array.of(3, 7, 0, 3, 1, 2, 3, 0, 0, 0, 0, 2, 2, 0, 2, 9, 0, 1)
  const file = bmp(6, 2, 8, runs, palette)
  file.writeUInt32LE(1, 30)
  const { picture } = await through('a.bmp', file)
  expect([...picture.pixels]).toEqual([0, 0, 9, 9, 0, 0, 7, 7, 7, 1, 2, 3])
  const fours = Uint8Array.of(5, 0x12, 0, 0, 6, 0x33, 0, 1)
  const small = bmp(6, 2, 4, fours, palette.subarray(0, 64))
  small.writeUInt32LE(2, 30)
  expect([...(await through('b.bmp', small)).picture.pixels]).toEqual([3, 3, 3, 3, 3, 3, 1, 2, 1, 2, 1, 0])
})

describe('PNG', () => {
  const chunk = (name: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    check.writeUInt32BE(crc32(named))
    return Buffer.concat([length, named, check])
  }
  const withChunk = (file: Buffer, ...chunks: Buffer[]) =>
    Buffer.concat([file.subarray(0, 33), ...chunks, file.subarray(33)])

  it('keeps what says how its values are meant, and texts', async () => {
    const chunks = [
      chunk('cICP', Buffer.from([9, 16, 0, 1])),
      chunk('tEXt', Buffer.from('Comment\0by hand', 'latin1')),
    ]
    const { out } = await through('a.png', withChunk(await image(3).png().toBuffer(), ...chunks))
    const { readFile } = await import('node:fs/promises')
    const written = await readFile(out)
    for (const one of chunks) expect(written.includes(one)).toBe(true)
    expect(await raw(out)).toEqual(Buffer.from(values(3)))
  })

  it('of several frames says that the first was taken', async () => {
    const frames = Buffer.alloc(8)
    frames.writeUInt32BE(3)
    const { picture } = await through(
      'a.png',
      withChunk(await image(3).png().toBuffer(), chunk('acTL', frames)),
    )
    expect(picture.remark).toContain('3 frames')
  })
})

it.each(['gif', 'webp'] as const)('an animation in %s stays one, frame by frame', async (format) => {
  const frames = Buffer.concat([0, 80, 160].map((value) => Buffer.alloc(width * height * 3, value)))
  const file = await sharp(frames, { raw: { width, height: 3 * height, channels: 3, pageHeight: height } })
    [format]({ delay: [100, 200, 300], loop: 2, lossless: true })
    .toBuffer()
  const { picture, out } = await through(`a.${format}`, file)
  expect(picture).toMatchObject({ pages: 3, width, height })
  expect(out).toMatch(new RegExp(`${format}$`))
  expect(await sharp(out, { pages: -1 }).metadata()).toMatchObject({
    pages: 3,
    loop: 2,
    delay: [100, 200, 300],
  })
  expect(newExtension({ format: 'gif' })).toBe('.png')
})

it('a result has the name of its original, whatever signs are in it', async () => {
  const folder = await temporaryFolder()
  const original = join(folder, 'price $& list.png')
  await writeFile(original, await image(3).png().toBuffer())
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const place = await placeResult(
    {
      ...{
        original,
        stamp: { bytes: 1, modifiedMs: 1 },
        picture: { format: 'png' },
        settings: '',
        folder: null,
      },
      ...{ output: denoiseOutputSchema.parse({}), again: false },
    },
    new SavedResults(folder, log),
    new Set(),
  )
  expect(place.kind === 'write' && basename(place.path)).toBe('price $& list-denoised.png')
})

it('a description promises no gain map that is not there', () => {
  const xmp = `<rdf:RDF><rdf:Description hdrgm:Version="1.0" dc:format="x"><Container:Directory><a/></Container:Directory><hdrgm:GainMapMax>1</hdrgm:GainMapMax></rdf:Description></rdf:RDF>`
  expect(withoutGainMap(xmp)).toBe('<rdf:RDF><rdf:Description dc:format="x"></rdf:Description></rdf:RDF>')
})

it.each([8, 10, 12] as const)('AVIF of %i bits stays so', async (bitdepth) => {
  const deep = Uint16Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 65_521)
  const made = sharp(deep, { raw: { width, height, channels: 3 } }).toColourspace('rgb16')
  const { out } = await through('a.avif', await made.avif({ bitdepth, quality: 90 }).toBuffer())
  expect((await sharp(out).metadata()).bitsPerSample).toBe(bitdepth)
})

it.each(['jpg', 'png', 'webp', 'avif', 'tif'])('no resolution is invented for %s', async (ending) => {
  const made = await image(3)
    .toFormat(ending === 'jpg' ? 'jpeg' : ending === 'tif' ? 'tiff' : (ending as 'png'))
    .toBuffer()
  const { out } = await through(`a.${ending}`, made)
  const { exif } = await sharp(out).metadata()
  expect(exif).toBeUndefined()
})

it('whatever goes wrong with one picture is a reason to leave that out', () => {
  expect(reasonOf(new TypeError('x is not a function'))).toContain(
    'Hourglass failed at this picture: x is not a function.',
  )
  expect(reasonOf(new RangeError('Array buffer allocation failed'))).toContain('not enough memory')
  expect(reasonOf(new ExpectedError('no-access', 'No.'))).toBe('No.')
  for (const error of [new ExpectedError('disk-full', 'Full.'), new CancelledError('Stopped.')])
    expect(() => reasonOf(error)).toThrow(error)
})

it.each(['a.zip', 'a.csv', 'a.npz', 'a.h5'])('%s is called what it is', async (name) => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, name), 'PK')
  await expect(findImages([folder], { labels: 'folder' })).rejects.toThrow(
    /which Hourglass does not look into/,
  )
})

it('a folder in a folder is no label', async () => {
  const folder = await temporaryFolder()
  const put = async (path: string) => {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), await image(1).png().toBuffer())
  }
  const labels = async () =>
    (await findImages([folder], { labels: 'folder' })).images.map((one) => one.kind === 'file' && one.label)
  await put('train/train/1.png')
  await put('train/train/2.png')
  expect(await labels()).toEqual([null, null])
  await put('train/train/cat/3.png')
  await put('train/train/dog/4.png')
  expect((await labels()).filter((label) => label === 'cat' || label === 'dog')).toEqual(['cat', 'dog'])
})

it('reads a BMP of OS/2', async () => {
  const pixels = values(3)
  const head = Buffer.alloc(26)
  head.write('BM')
  head.writeUInt32LE(26 + pixels.length, 2)
  head.writeUInt32LE(26, 10)
  head.writeUInt32LE(12, 14)
  head.writeUInt16LE(width, 18)
  head.writeUInt16LE(height, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt16LE(24, 24)
  const made = await imported('os2.bmp', Buffer.concat([head, pixels]))
  // Rows from the bottom, and blue first.
  const [last] = [3 * width * (height - 1)]
  expect([...made.subarray(last, last + 3)]).toEqual([pixels[2], pixels[1], pixels[0]])
})

it.each([
  ['book.pdf', 'It is a PDF file, which Hourglass does not read. Export it as TIFF or PNG.'],
  ['logo.eps', 'It is a PostScript file, which Hourglass does not read. Export it as TIFF or PNG.'],
  ['photo.qoi', 'It is a QOI file, which Hourglass does not read. Export it as TIFF or PNG.'],
])('says what %s is', async (name, reason) => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, name), '%PDF-1.7')
  await writeFile(join(folder, 'a.png'), await image(1).png().toBuffer())
  const { skipped } = await findImages([folder], { labels: 'none' })
  expect(skipped).toEqual([{ path: name, reason }])
})

it.skipIf(!hasPeersPython('PIL'))('reads a TIFF that Zstandard has packed', async () => {
  const folder = await temporaryFolder()
  const [from, path] = [join(folder, 'a.png'), join(folder, 'a.tif')]
  await image(3).png().toFile(from)
  const program =
    "import sys; from PIL import Image; Image.open(sys.argv[1]).save(sys.argv[2], compression='zstd')"
  await runPython(program, from, path)
  const { pixels } = await readPicture(await prepareImage(path))
  expect(Buffer.from(pixels as Uint8Array).equals(Buffer.from(values(3)))).toBe(true)
})
