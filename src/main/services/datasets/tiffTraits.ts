import { withBytes } from '../denoising/tiff/fileSource'
import { readDirectories, type TiffDirectory } from '../denoising/tiff/tiffDirectory'

/** What a page of a TIFF says about its pixels (TIFF 6.0). */
export interface TiffTraits {
  readonly width: number
  readonly height: number
  readonly orientation: number
  readonly bits: number
  readonly kind: 'unsigned' | 'signed' | 'float'
  /** Channels of colour, as the decoder gives them. */
  readonly colors: number
  /** What the channels after those are: 0 nobody says, 1 and 2 alpha (tag ExtraSamples). */
  readonly extras: readonly number[]
  /** A smaller copy of another page. */
  readonly isReduced: boolean
  /** Values of a sensor, of which a picture is still to be made. */
  readonly isSensor: boolean
}

const tags = {
  ...{ subfile: 254, width: 256, height: 257, bits: 258, photometric: 262, orientation: 274, samples: 277 },
  ...{ extras: 338, format: 339, dngVersion: 50_706 },
}
const kinds: Record<number, TiffTraits['kind']> = { 2: 'signed', 3: 'float' }
/** Colours by the tag PhotometricInterpretation; three of all others. */
const colorsOf: Record<number, number> = { 0: 1, 1: 1, 4: 1, 5: 4 }
/** Of a sensor, and the same with its mosaic undone. */
const sensors = [32_803, 34_892]
const palette = 3

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
  const colors = photometric === palette ? samples : Math.min(samples, colorsOf[photometric] ?? 3)
  const named = numbersOf(directory, tags.extras)
  return {
    width: number(tags.width, 0),
    height: number(tags.height, 0),
    orientation: number(tags.orientation, 1),
    bits: number(tags.bits, 1),
    kind: kinds[number(tags.format, 1)] ?? 'unsigned',
    colors,
    extras: Array.from({ length: samples - colors }, (_, i) => named[i] ?? 0),
    isReduced: (number(tags.subfile, 0) & 1) === 1,
    isSensor: directory.values.has(tags.dngVersion) || sensors.includes(photometric),
  }
}

/** Of the types SHORT, LONG and BYTE. */
function numbersOf({ values }: TiffDirectory, tag: number): number[] {
  const value = values.get(tag)
  if (!value) return []
  const { type, count, data } = value
  if (type === 3) return Array.from({ length: count }, (_, i) => data.readUInt16LE(2 * i))
  if (type === 4) return Array.from({ length: count }, (_, i) => data.readUInt32LE(4 * i))
  return type === 1 ? [...data] : []
}

/** Whether the first channel beyond colour says how opaque a pixel is. */
export const hasAlpha = ({ extras }: TiffTraits): boolean => extras[0] === 1 || extras[0] === 2

/** Values that the image decoder does not read, or brings to whole numbers of 16 bits. */
export const isOdd = ({ bits, kind }: TiffTraits): boolean =>
  kind === 'float' ? bits !== 32 : kind === 'signed' || bits > 16
