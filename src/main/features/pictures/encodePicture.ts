import type { Sharp } from '../../base/sharp'
import { type Quality, qualitySchema } from '../../../shared/api/denoising'
import type { ImageFormat } from './imageFormats'

/** Hardly anything is lost at these, and files do not grow far beyond what a camera writes. */
const usual = qualitySchema.parse({})
const millimetresPerInch = 25.4

/**
 * Pixels up to which a JPEG's Huffman tables are made for it: that takes all its coefficients in memory, six bytes a pixel in
 * colour. Larger ones are written line by line with the standard's tables, as cameras do, and are some 5 % larger for it.
 */
const ownTablesUpTo = 4e6

/** Of 0 to 6. With the usual 4 a picture takes twice as long and is as large; at 46 dB it loses up to 1 dB less. */
const webpEffort = 2

/**
 * Of 0 to 9, with a filter chosen for each line: as fast as the usual 6 without filters, and a quarter to two fifths smaller.
 */
const png = { compressionLevel: 3, adaptiveFiltering: true } as const

/** Of 0 to 9. With 2 a picture takes five times as long and is 8 % smaller, with the usual 4 forty times and 15 %. */
const avifEffort = 0

/** LZW takes a third to two thirds of the time for as much, but of 16 bits it makes half as much again. */
const tiffCompression = (isDeep: boolean) => (isDeep ? 'deflate' : 'lzw')

export interface Encoding {
  readonly format: ImageFormat
  /** Null for one at which hardly anything is lost. */
  readonly quality: Quality | null
  /** Of all pages. */
  readonly pixels: number
  /** Whether values have 16 bits. */
  readonly isDeep: boolean
  /** Of the original, where that says so. */
  readonly bits?: number
  /** In pixels per inch, for formats that do not take it from the metadata. */
  readonly density?: number
}

/** A picture as a file of a format. No codec works at its slowest: they share the cores with what restores the next picture. */
export function encode(picture: Sharp, { format, quality, pixels, isDeep, bits, density }: Encoding): Sharp {
  const { jpeg, webp, avif } = quality ?? usual
  switch (format) {
    case 'jpeg': {
      const optimiseCoding = pixels <= ownTablesUpTo
      return picture.jpeg({ quality: jpeg, chromaSubsampling: '4:4:4', optimiseCoding })
    }
    case 'webp':
      return picture.webp({ quality: webp, effort: webpEffort })
    case 'avif':
      return picture.avif({
        quality: avif,
        chromaSubsampling: '4:4:4',
        effort: avifEffort,
        bitdepth: !isDeep ? 8 : bits === 12 ? 12 : 10,
      })
    case 'tiff': {
      const perMillimetre = density && density / millimetresPerInch
      const resolution = perMillimetre ? { xres: perMillimetre, yres: perMillimetre } : {}
      return picture.tiff({ compression: tiffCompression(isDeep), predictor: 'horizontal', ...resolution })
    }
    case 'gif':
      // As many frames as there were, each with the colours that suit it.
      return picture.gif({ reuse: false, keepDuplicateFrames: true, dither: 0 })
    default:
      return picture.png(png)
  }
}
