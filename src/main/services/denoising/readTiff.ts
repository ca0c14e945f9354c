import { readOddTiff } from '../datasets/oddTiff'
import type { PreparedImage } from '../datasets/prepareImage'
import { type StoredPixels, takeChannels } from '../datasets/storedPixels'
import { hasAlpha, readTiffTraits, type TiffTraits } from '../datasets/tiffTraits'
import { UnusableImage } from '../datasets/unusableImage'
import { floatsOf, hotValues, inSixteenBits } from './floats'
import type { Picture } from './readPicture'

/** Channels of a TIFF that are neither colour nor alpha: masks, or whatever a program has put there. */
export interface ExtraChannels {
  readonly channels: number
  /** Row-major, as many pixels as the picture has. */
  readonly pixels: Uint8Array | Uint16Array
}

/** More than a scan or a stack has; what comes after those is not looked at. */
const mostPages = 20_000

/**
 * The full pages of a TIFF. Smaller copies of a page come after them, and are made anew by programs that want them.
 *
 * @throws UnusableImage for pages of different sizes
 */
export async function tiffPages(input: Buffer | string): Promise<{ count: number; remark?: string }> {
  const all = await readTiffTraits(input, mostPages)
  const full = all.filter(({ isReduced }) => !isReduced)
  const [first] = full
  if (!first) return { count: 1 }
  const other = full.find(
    ({ width, height, bits, kind, colors, extras }) =>
      width !== first.width ||
      height !== first.height ||
      bits !== first.bits ||
      kind !== first.kind ||
      colors + extras.length !== first.colors + first.extras.length,
  )
  if (other)
    throw new UnusableImage(
      `Its pages are of different kinds: page 1 has ${describe(first)}, page ${all.indexOf(other) + 1} ${describe(other)}. Save them one by one first.`,
    )
  const leading = all.findIndex(({ isReduced }) => isReduced)
  if (leading < 0) return { count: full.length }
  if (leading < full.length)
    throw new UnusableImage('Smaller copies lie between its pages. Save the pages one by one first.')
  const copies = all.length - full.length
  return {
    count: full.length,
    remark:
      copies === 1
        ? 'The smaller copy of it that is in its file too is left out.'
        : `The ${copies} smaller copies of it that are in its file too are left out.`,
  }
}

const describe = ({ width, height, bits, colors, extras }: TiffTraits) =>
  `${width} × ${height} pixels with ${colors + extras.length} × ${bits} bits`

/** @param isAlpha whether the first channel after the colours is alpha; undefined where the format says so by itself */
export function splitExtras(
  { pixels, channels }: StoredPixels,
  isAlpha: boolean | undefined,
  isGrey: boolean,
): { colors: Pick<StoredPixels, 'pixels' | 'channels'>; extra?: ExtraChannels } {
  const colors = isGrey ? 1 : 3
  const kept = isAlpha === undefined ? channels : Math.min(channels, isAlpha ? colors + 1 : colors)
  if (kept === channels) return { colors: { pixels, channels } }
  return {
    colors: { pixels: takeChannels(pixels, channels, 0, kept), channels: kept },
    extra: { pixels: takeChannels(pixels, channels, kept, channels - kept), channels: channels - kept },
  }
}

/** Signed integers, and floats of 16 or 64 bits, as floats. */
export async function readOddValues(
  { input, format }: PreparedImage,
  { bits, kind, orientation, colors, extras, ...first }: TiffTraits,
): Promise<Picture> {
  if (kind !== 'float' && bits > 32)
    throw new UnusableImage(`Its values are whole numbers of ${bits} bits. Save it with 16 or 32 bits first.`)
  const { count: pages, remark } = await tiffPages(input)
  const { values, width, height, channels } = await readOddTiff(input, pages)
  const isAlpha = hasAlpha({ bits, kind, orientation, colors, extras, ...first })
  if (colors + (isAlpha ? 1 : 0) !== channels || channels > 4)
    throw new UnusableImage(`It has ${channels} channels of ${bits} bits. Save it in RGB or grey first.`)
  const floats = { ...floatsOf(values), hot: hotValues(values, { width, channels }), sample: { bits, kind } }
  return {
    ...{ format, orientation, pages, floats, width, height, remark, pixels: inSixteenBits(floats, channels) },
    channels: channels as Picture['channels'],
  }
}
