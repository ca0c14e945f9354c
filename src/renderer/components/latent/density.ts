import { contours, type ContourMultiPolygon } from 'd3-contour'

const cell = 8
const levels = 7
/** Of the blur, in cells. */
const blurRadius = 2
const blurRounds = 3

/**
 * Lines of equal density of what is seen, in pixels of the pane: a histogram of cells of 8 pixels, blurred three times
 * with a box, which comes near a Gaussian.
 */
export function densityLines(
  screen: Float32Array,
  visible: Uint8Array | null,
  { width, height }: { readonly width: number; readonly height: number },
): ContourMultiPolygon[] {
  const columns = Math.ceil(width / cell)
  const rows = Math.ceil(height / cell)
  if (columns < 2 || rows < 2) return []
  let counts = new Float64Array(columns * rows)
  for (let i = 0; i < screen.length / 2; i++) {
    if (visible && visible[i] === 0) continue
    const x = Math.floor(screen[2 * i]! / cell)
    const y = Math.floor(screen[2 * i + 1]! / cell)
    if (x >= 0 && y >= 0 && x < columns && y < rows) counts[y * columns + x]!++
  }
  for (let round = 0; round < blurRounds; round++) counts = blurred(counts, columns, rows)
  const most = counts.reduce((max, value) => Math.max(max, value), 0)
  if (most === 0) return []
  // Evenly by ratio: a thin region shows as well as a dense one.
  const thresholds = Array.from({ length: levels }, (_, i) => most * 0.6 ** (levels - i))
  const lines = contours().size([columns, rows]).smooth(true).thresholds(thresholds)([...counts])
  return lines.map((line) => ({
    ...line,
    coordinates: line.coordinates.map((polygon) =>
      polygon.map((ring) => ring.map(([x, y]) => [x! * cell, y! * cell])),
    ),
  }))
}

function blurred(values: Float64Array, columns: number, rows: number): Float64Array<ArrayBuffer> {
  const across = blurredAlong(values, { lines: rows, apart: columns, cells: columns, step: 1 })
  return blurredAlong(across, { lines: columns, apart: 1, cells: rows, step: columns })
}

/** A grid as lines: where the next line begins, and where the next cell of a line lies. */
interface Lines {
  readonly lines: number
  readonly apart: number
  readonly cells: number
  readonly step: number
}

/** The mean of each cell and those beside it on its line; the outermost ones are repeated. */
function blurredAlong(values: Float64Array, { lines, apart, cells, step }: Lines): Float64Array<ArrayBuffer> {
  const out = new Float64Array(values.length)
  for (let line = 0; line < lines; line++)
    for (let cell = 0; cell < cells; cell++) {
      let sum = 0
      for (let d = -blurRadius; d <= blurRadius; d++)
        sum += values[line * apart + Math.min(cells - 1, Math.max(0, cell + d)) * step]!
      out[line * apart + cell * step] = sum / (2 * blurRadius + 1)
    }
  return out
}
