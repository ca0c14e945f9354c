/** Columns and rows of pairs of images. */
export interface ImageRows {
  readonly columns: number
  readonly rows: number
}

/** Between images, in pixels. */
const gap = 8

/**
 * How many images there are beside each other, so that each can be seen and no row is left half empty: small ones at
 * least 76 pixels wide in two rows, large ones 150 and more in one. A narrow window has two of them beside each other.
 * @param side of the images themselves, in pixels
 */
export function imageRows(count: number, side: number, width: number): ImageRows {
  if (count === 0) return { columns: 1, rows: 0 }
  const isLarge = side >= 48
  const least = Math.min(isLarge ? 150 : 76, Math.max(1, (width - gap) / 2))
  const most = Math.max(1, Math.floor((width + gap) / (least + gap)))
  const wantedRows = isLarge && most >= 4 ? 1 : 2
  const shown = Math.min(count, most * wantedRows)
  const rows = Math.ceil(shown / most)
  // Of an uneven number the last is left out, so that the rows are full.
  return { columns: Math.floor(shown / rows), rows }
}
