import {
  type Sample,
  scaleOf,
  sortedColors,
  type ValueScale,
  wholeScale,
} from '../../engine/imaging/valueScale'
import type { ValueRange } from '../../engine/denoising/pixelTiles'
import type { TiffTraits } from './tiffTraits'
import type { Picture } from './readPicture'

export const words: Sample = { bits: 16, kind: 'unsigned' }
const deepest = 65_535

/** Black and white of a picture, in the numbers of its file. */
export function scaleIn(
  { pixels, floats, channels }: Picture,
  tiff: TiffTraits | undefined,
): ValueScale | null {
  if (pixels instanceof Uint8Array) return null
  if (floats) return floats.scale
  const found = scaleOf(sortedColors(pixels, channels), words, toldBy(tiff))
  // Values that a file packs into less than 16 bits say by that how many there are.
  if (tiff && tiff.bits < 16 && found.basis === 'type') return { ...wholeScale(tiff), basis: 'bits' }
  return found
}

/** What a file says itself. */
export const toldBy = (tiff: TiffTraits | undefined): { black?: number; white?: number } =>
  tiff?.most === undefined ? {} : { black: tiff.least, white: tiff.most }

type Scaled = Pick<Picture, 'floats' | 'scale'>

/** Black and white among a picture's pixels; null where they are all that pixels can be, undefined where nobody has said. */
export function rangeIn({ floats, scale }: Scaled): ValueRange | null | undefined {
  if (!scale) return scale
  const { low, high } = floats ?? { low: 0, high: deepest }
  const [black, white] = [scale.black, scale.white].map((value) => ((value - low) / (high - low)) * deepest)
  return black === 0 && white === deepest ? null : { black: black!, white: white! }
}

/**
 * Of a sigma on the scale of a picture, on which white is 255, that of its pixels. They differ where black and white are not
 * all that pixels can be.
 */
export function sigmaScale(picture: Scaled): number {
  const range = rangeIn(picture)
  return range ? (range.white - range.black) / deepest : 1
}

/** Whether black and white are the same numbers in both. */
export function isSameScale({ scale: a }: Scaled, other: Scaled | undefined): boolean {
  const b = other?.scale
  return a?.black === b?.black && a?.white === b?.white
}
