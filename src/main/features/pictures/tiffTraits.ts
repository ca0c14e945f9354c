import { withBytes } from './tiff/fileSource'
import { numbersOf, readDirectories, type TiffDirectory } from './tiff/tiffDirectory'
import { canUnpack, onlyWeUnpack } from './tiff/unpackTiff'

/** What a page of a TIFF says about its pixels (TIFF 6.0). */
export interface TiffTraits {
  readonly width: number
  readonly height: number
  readonly orientation: number
  readonly bits: number
  readonly kind: 'unsigned' | 'signed' | 'float'
  /** Whether each value is a pair: a real and an imaginary part. */
  readonly isComplex: boolean
  /** Channels of colour, as the decoder gives them. */
  readonly colors: number
  /** What the channels after those are: 0 nobody says, 1 and 2 alpha (tag ExtraSamples). */
  readonly extras: readonly number[]
  /** What the file says is black and white (tags MinSampleValue and MaxSampleValue, or those of signed values and floats). */
  readonly least?: number
  readonly most?: number
  /** Its values are read by us: see `readTiffValues`. */
  readonly isUnpacked: boolean
  /** A smaller copy of another page. */
  readonly isReduced: boolean
  /** Values of a sensor, of which a picture is still to be made. */
  readonly isSensor: boolean
}

const tags = {
  subfile: 254,
  width: 256,
  height: 257,
  bits: 258,
  photometric: 262,
  orientation: 274,
  samples: 277,
  extras: 338,
  format: 339,
  dngVersion: 50_706,
  compression: 259,
  planes: 284,
  tiles: 324,
  least: 280,
  most: 281,
  leastOther: 340,
  mostOther: 341,
}
const kinds: Record<number, TiffTraits['kind']> = { 2: 'signed', 3: 'float' }
const complexFormats = [5, 6]
/** Colours by the tag PhotometricInterpretation; three of all others. */
const colorsOf: Record<number, number> = { 0: 1, 1: 1, 4: 1, 5: 4 }
/** Of a sensor, and the same with its mosaic undone. */
const sensors = [32_803, 34_892]
const [whiteIsZero, blackIsZero, rgb, palette] = [0, 1, 2, 3]

/**
 * @param most as many pages are looked at most
 * @returns empty where the directories are damaged
 */
export async function readTiffTraits(input: Buffer | string, most: number): Promise<TiffTraits[]> {
  try {
    return (await withBytes(input, (source) => readDirectories(source, most))).map(traitsOf)
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}

function traitsOf(directory: TiffDirectory): TiffTraits {
  const number = (tag: number, otherwise: number) => numbersOf(directory, tag)[0] ?? otherwise
  const photometric = number(tags.photometric, 1)
  const samples = number(tags.samples, 1)
  const usual = colorsOf[photometric] ?? 3
  const colors = photometric === palette ? samples : samples >= usual ? usual : 1
  const named = numbersOf(directory, tags.extras)
  const depths = numbersOf(directory, tags.bits)
  const bits = depths[0] ?? 1
  const kind = kinds[number(tags.format, 1)] ?? 'unsigned'
  const extras = Array.from({ length: samples - colors }, (_, i) => named[i] ?? 0)
  const said = (tag: number, other: number) => numbersOf(directory, other)[0] ?? numbersOf(directory, tag)[0]
  const isTiledApart = number(tags.planes, 1) === 2 && directory.values.has(tags.tiles)
  const compression = number(tags.compression, 1)
  const isBetween = bits > 8 && bits < 16
  const isUnusual =
    isOdd({ bits, kind }) || extras.length > 0 || isTiledApart || isBetween || onlyWeUnpack(compression)
  const isHeld = kind === 'float' ? [16, 32, 64].includes(bits) : bits <= 32
  const isPlain =
    isHeld &&
    !complexFormats.includes(number(tags.format, 1)) &&
    [whiteIsZero, blackIsZero, rgb].includes(photometric) &&
    depths.every((depth) => depth === bits)
  return {
    least: said(tags.least, tags.leastOther),
    most: said(tags.most, tags.mostOther),
    isUnpacked: isUnusual && isPlain && canUnpack(compression),
    width: number(tags.width, 0),
    height: number(tags.height, 0),
    orientation: number(tags.orientation, 1),
    bits,
    kind,
    colors,
    extras,
    isComplex: complexFormats.includes(number(tags.format, 1)),
    isReduced: (number(tags.subfile, 0) & 1) === 1,
    isSensor: directory.values.has(tags.dngVersion) || sensors.includes(photometric),
  }
}

/** Whether the first channel beyond colour says how opaque a pixel is. */
export const hasAlpha = ({ extras }: TiffTraits): boolean => extras[0] === 1 || extras[0] === 2

/** Values that the image decoder does not read, or brings to whole numbers of 16 bits. */
export const isOdd = ({ bits, kind }: Pick<TiffTraits, 'bits' | 'kind'>): boolean =>
  kind === 'float' ? bits !== 32 : kind === 'signed' || bits > 16
