import type { PixelImage, ValueRange } from '../pixelTiles'
import { fillImpulses, findImpulses } from './impulses'
import { findLineOffsets, withoutOffsets } from './lineOffsets'
import { leastSpan, scaleOf, sortedColors } from '../../imaging/valueScale'
import { whiteOf } from '../../imaging/pixelValues'

/** What was found in a picture that is no noise to a network, and mended before it sees the picture. */
export interface Repairs {
  /** Share of the values that stood out as hot pixels, or salt and pepper, and were filled; 0 where there were none. */
  readonly impulses: number
  /** Sigma of the offsets of whole rows and columns that were taken out, on the 0-255 scale; 0 where there were none. */
  readonly rows: number
  readonly columns: number
  /** See PixelImage. */
  readonly range: ValueRange | null
}

export const noRepairs: Repairs = { impulses: 0, rows: 0, columns: 0, range: null }

/**
 * @param given the range, null for that of the values; undefined to tell it from the picture
 * @returns the image itself where nothing was wrong with its values, or else a copy; with its range
 */
export function repairImage(
  image: PixelImage,
  given?: ValueRange | null,
): { image: PixelImage; repairs: Repairs } {
  let { data } = image
  let share = 0
  const impulses = findImpulses(image)
  if (impulses) ({ data, share } = fillImpulses(image, impulses))
  const sigmas = { rows: 0, columns: 0 }
  for (const direction of ['rows', 'columns'] as const) {
    const found = findLineOffsets({ ...image, data }, direction)
    if (!found) continue
    data = withoutOffsets({ ...image, data }, found)
    sigmas[direction] = found.sigma
  }
  const range = given === undefined ? ownRange({ ...image, data }) : given
  return { image: { ...image, data, range }, repairs: { impulses: share, ...sigmas, range } }
}

/**
 * The picture's own black and white, where it uses a small part of its values only: 12 bits in a file of 16, a dark frame.
 * Null where black and white are those of the values, and always in 8 bits.
 */
function ownRange(image: PixelImage): ValueRange | null {
  if (!(image.data instanceof Uint16Array)) return null
  const { black, white } = scaleOf(sortedColors(image.data, image.channels), { bits: 16, kind: 'unsigned' })
  const isWhole = black === 0 && white === whiteOf(image)
  return isWhole || white - black <= leastSpan ? null : { black, white }
}
