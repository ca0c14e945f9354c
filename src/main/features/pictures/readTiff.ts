import type { PreparedImage } from './prepareImage'
import { takeChannels } from './storedPixels'
import { hasAlpha, readTiffTraits, type TiffTraits } from './tiffTraits'
import { UnusableImage } from './unusableImage'
import { scaleOf, sortedColors } from '../../engine/imaging/valueScale'
import { toldBy } from './pictureScale'
import { floatsOf, hotValues, inSixteenBits } from './floats'
import type { Picture } from './readPicture'
import { readTiffValues, type StoredValues } from './tiff/tiffValues'
import { sentence } from '../../../shared/texts/sentence'

/** Channels of a TIFF that are neither colour nor alpha: masks, or whatever a program has put there. */
export interface ExtraChannels {
  readonly channels: number
  /** Row-major, as many pixels as the picture has. */
  readonly pixels: StoredValues
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
      sentence('pictures.pagesDiffer', {
        first: describe(first),
        page: all.indexOf(other) + 1,
        other: describe(other),
      }),
    )
  const leading = all.findIndex(({ isReduced }) => isReduced)
  if (leading < 0) return { count: full.length }
  if (leading < full.length) throw new UnusableImage(sentence('pictures.copiesBetween'))
  const copies = all.length - full.length
  return {
    count: full.length,
    remark:
      copies === 1 ? sentence('pictures.copyLeftOut') : sentence('pictures.copiesLeftOut', { count: copies }),
  }
}

const describe = ({ width, height, bits, colors, extras }: TiffTraits) =>
  sentence('pictures.pageKind', { width, height, channels: colors + extras.length, bits })

/** @param isAlpha whether the first channel after the colours is alpha; undefined where the format says so by itself */
export function splitExtras<T extends StoredValues>(
  { pixels, channels }: { readonly pixels: T; readonly channels: number },
  isAlpha: boolean | undefined,
  isGrey: boolean,
): { colors: { readonly pixels: T; readonly channels: number }; extra?: ExtraChannels } {
  const colors = isGrey ? 1 : 3
  const kept = isAlpha === undefined ? channels : Math.min(channels, isAlpha ? colors + 1 : colors)
  if (kept === channels) return { colors: { pixels, channels } }
  return {
    colors: { pixels: takeChannels(pixels, channels, 0, kept), channels: kept },
    extra: { pixels: takeChannels(pixels, channels, kept, channels - kept), channels: channels - kept },
  }
}

/** What the image decoder does not give as it is in the file. */
export async function readUnpacked(
  { input, format }: Pick<PreparedImage, 'input' | 'format'>,
  traits: TiffTraits,
): Promise<Picture> {
  const { bits, kind, orientation, colors } = traits
  const { count: pages, remark } = await tiffPages(input)
  const { values, width, height, channels } = await readTiffValues(input, traits, pages)
  const isGrey = colors === 1
  const { colors: own, extra } = splitExtras({ pixels: values, channels }, hasAlpha(traits), isGrey)
  const shape = { format, orientation, pages, width, height, remark, extra }
  const kept = own.channels as Picture['channels']
  const { pixels } = own
  if (pixels instanceof Uint8Array)
    return { ...shape, channels: kept, pixels: bits < 8 ? widened(pixels, bits, extra) : pixels }
  if (pixels instanceof Uint16Array) return { ...shape, channels: kept, pixels }
  const floats = {
    ...floatsOf(pixels, kept, { bits, kind }, toldScale(pixels, kept, traits)),
    hot: hotValues(pixels, { width, channels: kept }),
  }
  return { ...shape, channels: kept, pixels: inSixteenBits(floats, kept), floats }
}

/** Why values that the image decoder would change are not taken. */
export function notUnpacked({ bits, kind, colors, extras, isComplex }: TiffTraits): string {
  if (isComplex) return sentence('pictures.complexNumbers')
  if (kind !== 'float' && bits > 32) return sentence('pictures.longIntegers', { bits })
  const kinds = ({ unsigned: 'wholeNumbers', signed: 'signedNumbers', float: 'floats' } as const)[kind]
  const numbers = sentence(`pictures.${kinds}`)
  const channels = colors + extras.length
  return channels === 1
    ? sentence('pictures.oneNotUnpacked', { numbers, bits })
    : sentence('pictures.notUnpacked', { channels, numbers, bits })
}

const toldScale = (values: StoredValues, channels: number, { bits, kind, ...traits }: TiffTraits) =>
  scaleOf(sortedColors(values, channels), { bits, kind }, toldBy({ ...traits, bits, kind }))

/** Less than 8 bits as 0..255: in place, and those of the other channels too. */
function widened(pixels: Uint8Array, bits: number, extra: ExtraChannels | undefined): Uint8Array {
  const scale = 255 / (2 ** bits - 1)
  for (const one of [pixels, extra?.pixels])
    if (one) for (let i = 0; i < one.length; i++) one[i] = Math.round(one[i]! * scale)
  return pixels
}
