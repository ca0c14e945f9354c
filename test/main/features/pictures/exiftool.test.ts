import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { prepareImage } from '../../../../src/main/features/pictures/prepareImage'
import { asTheOriginal, type WriteOptions } from '../../../../src/main/features/pictures/writePicture'
import { writeTiffPages } from '../../../../src/main/features/pictures/tiff/tiffPages'
import { writeResult } from '../../../../src/main/features/denoising/denoisePicture'
import { readPicture } from '../../../../src/main/features/pictures/readPicture'
import { noisyPicture } from '../../../support/noisyPicture'
import { hasExiftool } from '../../../support/requirements'
import { temporaryFolder } from '../../../support/testFolder'

type Tags = Record<string, unknown>

/** What exiftool finds in a file, by group and name, figures as they are stored. */
function tagsOf(path: string): Tags {
  const [tags] = JSON.parse(
    execFileSync('exiftool', ['-j', '-G1', '-n', path], { encoding: 'utf8' }),
  ) as Tags[]
  return tags!
}

const exif = {
  IFD0: { Make: 'Camera', Model: 'Ten', Copyright: 'Somebody', Software: 'Raw developer 3' },
  IFD2: { DateTimeOriginal: '2024:05:06 07:08:09', ISOSpeedRatings: '6400', FNumber: '28/10' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '51/1 30/1 0/1',
    GPSLongitudeRef: 'E',
    GPSLongitude: '7/1 0/1 0/1',
  },
}
const xmp =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:source>hills</dc:source></rdf:Description></rdf:RDF></x:xmpmeta>'

const formats: Record<string, (image: Sharp) => Sharp> = {
  'photo.jpg': (image) => image.jpeg({ quality: 95 }),
  'photo.png': (image) => image.png(),
  'deep.png': (image) => image.toColourspace('rgb16').png(),
  'photo.webp': (image) => image.webp({ quality: 95 }),
  'photo.avif': (image) => image.avif({ quality: 80 }),
  'photo.tif': (image) => image.tiff({ compression: 'lzw' }),
  'deep.tif': (image) => image.toColourspace('rgb16').tiff({ compression: 'deflate' }),
}

/** Of the file itself, and how its bytes lie in it. */
const ofTheFile = /^(System|SourceFile|ExifTool|Composite|File:(Comment|Current|File|Exif|MIME))/
/** An AVIF that is to be turned comes out turned, as every decoder shows it. */
const ofTurning = /(ImageWidth|ImageHeight|ImageSpatialExtent|Rotation|Orientation)$/
/** Decided by the encoder: how it compresses, and where it puts things. */
const ofTheEncoder =
  /(Compression|Predictor|Strip|Tile|RowsPer|Thumbnail|Offset|DataSize|MediaData|Subfile|WebP|RIFF|EncodingProcess|YCbCr|ChromaFormat|ProfileCMM|XMPToolkit|Vp8|AV1|Meta|Meta_|Item|Primary|History|MovieData|HEVC|ExifByteOrder)/

/** As `exif` says; libvips writes no EXIF into a TIFF. */
function describeTiff(path: string): void {
  const described = [
    ...['-Make=Camera', '-Model=Ten', '-Copyright=Somebody', '-Software=Raw developer 3', '-Artist=Åse'],
    ...['-DateTimeOriginal=2024:05:06 07:08:09', '-ISO=6400', '-FNumber=2.8', '-UserComment=In the hills'],
    ...['-GPSLatitude=51.5', '-GPSLatitudeRef=N', '-GPSLongitude=7', '-GPSLongitudeRef=E'],
    ...['-IPTC:Keywords=hills', '-ImageDescription=Hills in the morning'],
  ]
  execFileSync('exiftool', ['-q', '-overwrite_original', ...described, path])
}

async function rewritten(path: string, result: string, options: Partial<WriteOptions>): Promise<void> {
  const original = await prepareImage(path)
  const picture = await readPicture(original)
  const pixels = picture.pixels.map((value) => value >> 1)
  const repairs = { impulses: 0, rows: 0, columns: 0, range: null }
  const restored = { pixels, sigma: [25, 25, 25], noise: null, tile: 64, repairs }
  await writeResult(result, original, picture, restored, { ...asTheOriginal, ...options })
}

describe.skipIf(!hasExiftool())('what exiftool reads of a result', () => {
  it('a TIFF made of a JPEG has its EXIF, in whatever order of bytes that is', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'photo.jpg')
    await noisyPicture({ width: 64, height: 48 }).jpeg().toFile(path)
    describeTiff(path)
    expect(tagsOf(path)['File:ExifByteOrder']).toBe('MM')
    await rewritten(path, join(folder, 'photo.tif'), { format: 'tiff' })
    const after = tagsOf(join(folder, 'photo.tif'))
    expect(after).toMatchObject({
      ...{ 'File:ExifByteOrder': 'II', 'IFD0:Make': 'Camera', 'IFD0:Artist': 'Åse', 'ExifIFD:ISO': 6400 },
      ...{ 'ExifIFD:FNumber': 2.8, 'ExifIFD:UserComment': 'In the hills', 'GPS:GPSLongitude': 7 },
    })
  })

  it('floats stay floats, in pages, with all that described them', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'float.tif')
    const pages = 2
    const original = { width: 20, height: 300, channels: 3, pages }
    const values = Float32Array.from({ length: 20 * 300 * 3 * pages }, (_, i) => Math.sin(i) ** 2 * 0.9)
    const none = { values: new Map(), inner: new Map() }
    await writeTiffPages(path, [none, none], { values, ...original }, null)
    describeTiff(path)
    await rewritten(path, join(folder, 'result.tif'), { note: 'Denoised with Hourglass 1.2' })

    const after = tagsOf(join(folder, 'result.tif'))
    expect(after).toMatchObject({
      ...{ 'IFD0:BitsPerSample': '32 32 32', 'IFD0:SampleFormat': '3 3 3', 'IFD0:ImageWidth': 20 },
      ...{ 'IFD1:BitsPerSample': '32 32 32', 'IFD0:Make': 'Camera', 'ExifIFD:ISO': 6400 },
      ...{ 'GPS:GPSLatitude': 51.5, 'IFD0:ImageDescription': 'Hills in the morning' },
      'XMP-photoshop:History': 'Denoised with Hourglass 1.2',
    })
    const { floats } = await readPicture(await prepareImage(join(folder, 'result.tif')))
    // Half of each value: within half a step of 16 bits.
    const furthest = values.reduce(
      (most, value, i) => Math.max(most, Math.abs(floats!.values[i]! - value / 2)),
      0,
    )
    expect(furthest).toBeLessThan(1.01 / 65535)
  })

  it.each(Object.keys(formats))(
    '%s: depth, size, profile and metadata are those of the original',
    async (name) => {
      const folder = await temporaryFolder()
      const path = join(folder, name)
      const noisy = noisyPicture({ width: 64, height: 48 }).withIccProfile('p3')
      // Metadata first: they take the density, and what is turned by it.
      const made = noisy
        .withMetadata({ density: 300, orientation: 6 })
        .withIccProfile('p3')
        .withExifMerge(exif)
        .withXmp(xmp)
      await formats[name]!(made).toFile(path)
      if (name.endsWith('.tif')) describeTiff(path)
      const result = join(folder, `result-${name}`)
      await rewritten(path, result, { note: 'Denoised with Hourglass 1.2' })

      const [before, after] = [tagsOf(path), tagsOf(result)]
      const isTurned = name.endsWith('.avif')
      const kept = Object.entries(before).filter(
        ([tag]) => !ofTheFile.test(tag) && !ofTheEncoder.test(tag) && !(isTurned && ofTurning.test(tag)),
      )
      expect(kept.length).toBeGreaterThan(15)
      for (const [tag, value] of kept) expect({ [tag]: after[tag] }).toEqual({ [tag]: value })
      expect(after['XMP-photoshop:History']).toBe('Denoised with Hourglass 1.2')
      expect(after['XMP-dc:Source']).toBe('hills')
      expect(before['ICC_Profile:ProfileDescription']).toBeDefined()
      expect(after['IFD0:Software']).toBe('Raw developer 3')
      expect(after['IFD0:Orientation']).toBe(isTurned ? 1 : 6)
      expect(after['File:ImageWidth'] ?? 64).toBe(isTurned ? 48 : 64)
      expect(after['ExifIFD:DateTimeOriginal']).toBe('2024:05:06 07:08:09')
      expect(after['GPS:GPSLatitude']).toBeCloseTo(51.5)
      expect(after['ExifIFD:ISO']).toBe(6400)
      expect(after['IFD0:XResolution']).toBe(300)
    },
  )

  it.each(['photo.webp', 'photo.avif'])('%s: its density is that of a TIFF made of it', async (name) => {
    const folder = await temporaryFolder()
    const path = join(folder, name)
    const noisy = noisyPicture({ width: 64, height: 48 }).withMetadata({ density: 300 })
    await formats[name]!(noisy).toFile(path)
    await rewritten(path, join(folder, 'photo.tif'), { format: 'tiff' })
    expect(tagsOf(join(folder, 'photo.tif'))['IFD0:XResolution']).toBeCloseTo(300, 3)
  })
})
