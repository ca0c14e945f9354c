/** Columns and rows of pairs of images. */
export interface ImageRows {
  readonly columns: number
  readonly rows: number
}

/** Between images, in pixels. */
const gap = 8

/**
 * How many images there are beside each other, so that each can be seen and no row is left half empty: small ones at
 * least 76 pixels wide, large ones 150 and more. One row where there is room for enough of them, else two.
 * @param side of the images themselves, in pixels
 */
export function imageRows(count: number, side: number, width: number): ImageRows {
  if (count === 0) return { columns: 1, rows: 0 }
  const isLarge = side >= 48
  const wanted = isLarge ? Math.min(220, Math.max(150, side)) : 76
  // A narrow window has two of them beside each other.
  const least = Math.min(wanted, Math.max(1, (width - gap) / 2))
  const most = Math.max(1, Math.floor((width + gap) / (least + gap)))
  const wantedRows = most >= (isLarge ? 4 : 10) ? 1 : 2
  const shown = Math.min(count, most * wantedRows)
  const rows = Math.ceil(shown / most)
  // Of an uneven number the last is left out, so that the rows are full.
  return { columns: Math.floor(shown / rows), rows }
}
