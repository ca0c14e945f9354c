import type { Region } from './region'

/**
 * How strongly noise is taken out in each place of a picture, painted by hand: a small image that lies over all of the
 * upright picture.
 */
export interface StrengthMask {
  readonly columns: number
  readonly rows: number
  /**
   * Row-major, in percent of the strength that is set: 0 takes nothing out, 100 leaves the strength as it is. In a mask of
   * holes 100 is a pixel that stays, and 200 one that is filled.
   */
  readonly values: Uint8Array
}

export const neutralPercent = 100
export const mostPercent = 200

/** Of either side of a mask. */
export const mostCells = 512
/** Pixels of the picture for one cell of its mask, at least. */
const finestCell = 4

/** Of either side of a mask of holes, which is as fine as the picture where that is no larger. */
export const mostHoleCells = 1024

/** Factors are told in so many parts of 1: the same however the picture is turned, to the last bit. */
const finest = 4096

export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** What is painted over a picture: how strongly noise is taken out, or what is missing and is to be filled. */
export const maskLayers = ['strength', 'holes'] as const
export type MaskLayer = (typeof maskLayers)[number]

/** How many cells the mask of a picture has: as fine as is of use, and never more than `mostCells` on a side. */
export function gridFor(
  { width, height }: PictureSize,
  layer: MaskLayer = 'strength',
): { columns: number; rows: number } {
  const longest = Math.max(width, height)
  const cell =
    layer === 'holes' ? Math.max(1, longest / mostHoleCells) : Math.max(finestCell, longest / mostCells)
  return { columns: Math.max(1, Math.ceil(width / cell)), rows: Math.max(1, Math.ceil(height / cell)) }
}

export function neutralMask(size: PictureSize, layer: MaskLayer = 'strength'): StrengthMask {
  const { columns, rows } = gridFor(size, layer)
  return { columns, rows, values: new Uint8Array(columns * rows).fill(neutralPercent) }
}

export const isNeutral = ({ values }: StrengthMask): boolean =>
  values.every((value) => value === neutralPercent)

/** Pixels of a picture, or each `step`-th of them, that are read together. */
export interface SampledPart {
  /** Of its first pixel, in pixels of the picture. */
  readonly left: number
  readonly top: number
  /** In samples. */
  readonly width: number
  /** Pixels of the picture for one sample, 1 for the picture at its own size. */
  readonly step: number
}

/** The two cells about a place, and how much the second one counts. */
interface Between {
  readonly first: number
  readonly second: number
  readonly share: number
}

/** @param place in pixels of the picture, on a side with `length` of them and `count` cells */
function between(place: number, length: number, count: number): Between {
  const at = Math.min(count - 1, Math.max(0, (place / length) * count - 0.5))
  const first = Math.floor(at)
  return { first, second: Math.min(count - 1, first + 1), share: at - first }
}

/**
 * The factors of a part of a picture, row by row: 0 to 2, interpolated between the middles of four cells.
 *
 * @param size of the picture, as the mask lies over it
 * @returns a function of the row within the part; what it gives is overwritten by its next call
 */
export function factorRows(
  { columns, rows, values }: StrengthMask,
  size: PictureSize,
  { left, top, width, step }: SampledPart,
): (row: number) => Float32Array {
  const across = Array.from({ length: width }, (_, i) =>
    between(left + (i + 0.5) * step, size.width, columns),
  )
  const line = new Float64Array(columns)
  const factors = new Float32Array(width)
  return (row) => {
    const { first, second, share } = between(top + (row + 0.5) * step, size.height, rows)
    for (let column = 0; column < columns; column++) {
      const above = values[first * columns + column]!
      line[column] = (above + share * (values[second * columns + column]! - above)) / neutralPercent
    }
    for (let i = 0; i < width; i++) {
      const place = across[i]!
      const before = line[place.first]!
      const factor = before + place.share * (line[place.second]! - before)
      factors[i] = Math.round(factor * finest) / finest
    }
    return factors
  }
}

/** The factor at one place of a picture, which is given in its pixels. */
export function factorAt(mask: StrengthMask, size: PictureSize, x: number, y: number): number {
  const part = { left: Math.floor(x), top: Math.floor(y), width: 1, step: 1 }
  return factorRows(mask, size, part)(0)[0]!
}

function reachesAbove(
  { columns, rows, values }: StrengthMask,
  size: PictureSize,
  { left, top, width, height }: Region,
  factor: number,
): boolean {
  const [fromColumn, toColumn] = [
    between(left, size.width, columns),
    between(left + width, size.width, columns),
  ]
  const [fromRow, toRow] = [between(top, size.height, rows), between(top + height, size.height, rows)]
  for (let row = fromRow.first; row <= toRow.second; row++)
    for (let column = fromColumn.first; column <= toColumn.second; column++)
      if (values[row * columns + column]! > factor * neutralPercent) return true
  return false
}

/**
 * The parts of a picture in which a mask asks for more than the model takes out else, in squares.
 *
 * @param share of the model's change that stays where the mask is neutral, 0..1
 */
export function partsWithMore(mask: StrengthMask, size: PictureSize, share: number, side: number): Region[] {
  const parts: Region[] = []
  for (let top = 0; top < size.height; top += side)
    for (let left = 0; left < size.width; left += side) {
      const [width, height] = [Math.min(side, size.width - left), Math.min(side, size.height - top)]
      const part = { left, top, width, height }
      if (asksForMore(mask, size, part, share)) parts.push(part)
    }
  return parts
}

/** Whether a mask asks for more in a part. See partsWithMore. */
export const asksForMore = (mask: StrengthMask, size: PictureSize, part: Region, share: number): boolean =>
  share > 0 && reachesAbove(mask, size, part, 1 / share)

/** How strong the noise is told to be where a mask asks for more. See DenoiseControls. */
export const strongerThan = (strength: number): number => 2 * Math.max(1, strength)
