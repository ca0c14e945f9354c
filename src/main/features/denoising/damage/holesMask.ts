import { factorRows, gridFor, neutralPercent, type StrengthMask } from '../../../../shared/strengthMask'
import { type Size, storedPlace } from '../pictureLevels'
import { storedMask } from '../strengthMasks'
import type { Mask } from './restorePicture'

/** Percent of a cell that is to be filled, in a mask of holes. */
const filledPercent = 200

/**
 * The pixels that a painted mask of holes covers, as the picture is stored.
 *
 * @param mask upright
 * @param size as it is stored
 */
export function pixelsOfHoles(mask: StrengthMask, size: Size, orientation: number): Mask {
  const stored = storedMask(mask, orientation)
  const { width, height } = size
  const rows = factorRows(stored, size, { left: 0, top: 0, width, step: 1 })
  const pixels = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const factors = rows(y)
    for (let x = 0; x < width; x++)
      pixels[y * width + x] = Math.round(255 * Math.min(1, Math.max(0, factors[x]! - 1)))
  }
  return pixels
}

/** A mask of holes out of the pixels that are to be filled; null where there are none. @param size as it is stored */
export function holesOfPixels(pixels: Mask, size: Size, orientation: number): StrengthMask | null {
  const upright = orientation >= 5 ? { width: size.height, height: size.width } : size
  const grid = gridFor(upright, 'holes')
  const values = new Uint8Array(grid.columns * grid.rows).fill(neutralPercent)
  let isAny = false
  for (let y = 0; y < upright.height; y++)
    for (let x = 0; x < upright.width; x++) {
      const [column, row] = storedPlace(orientation, size, x, y)
      if (pixels[row * size.width + column] === 0) continue
      isAny = true
      const cell = Math.min(grid.columns - 1, Math.floor((x * grid.columns) / upright.width))
      const line = Math.min(grid.rows - 1, Math.floor((y * grid.rows) / upright.height))
      values[line * grid.columns + cell] = filledPercent
    }
  return isAny ? { ...grid, values } : null
}
