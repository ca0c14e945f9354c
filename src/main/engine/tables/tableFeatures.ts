import { inputsOf, type TableColumn } from '../../../shared/tables'

/** Rows as the network gets them, rows × width, all of about one size; NaN is missing. */
export interface FeatureRows {
  readonly rows: number
  readonly width: number
  readonly values: Float32Array
}

/** Values of columns that were scaled by quartiles are brought within so many of those for training. */
const mostRobust = 8

/** One number of a row as the network gets it. */
interface Feature {
  readonly column: number
  /** Of a category the value that it is about. */
  readonly value: number | null
  readonly center: number
  readonly scale: number
}

function featuresOf(columns: readonly TableColumn[]): Feature[] {
  return columns.flatMap(({ kind, center, scale, values }, column): Feature[] =>
    kind === 'category'
      ? values.map(({ share }, value) => ({ column, value, center: share, scale }))
      : [{ column, value: null, center, scale }],
  )
}

export const featureCountOf = (columns: readonly TableColumn[]): number =>
  columns.reduce((sum, column) => sum + inputsOf(column), 0)

/** Centre and scale of each number that the network gets. */
export function featureScales(columns: readonly TableColumn[]): {
  centers: Float32Array
  scales: Float32Array
} {
  const features = featuresOf(columns)
  return {
    centers: Float32Array.from(features, ({ center }) => center),
    scales: Float32Array.from(features, ({ scale }) => scale),
  }
}

/** Names of those numbers: the column, and `column=value` for each value of a category. */
export const featureNames = (columns: readonly TableColumn[]): string[] =>
  columns.flatMap(({ name, kind, values }) =>
    kind === 'category' ? values.map((value) => `${name}=${value.name}`) : [name],
  )

/** @param values rows × columns, of a category the place of its value @param clipped whether outliers are held back, as in training */
export function toFeatures(
  columns: readonly TableColumn[],
  values: Float64Array,
  clipped = false,
): FeatureRows {
  const features = featuresOf(columns)
  const [width, wide] = [features.length, columns.length]
  const rows = values.length / wide
  const made = new Float32Array(rows * width)
  features.forEach(({ column, value, center, scale }, f) => {
    const limit = clipped && columns[column]!.scaling === 'robust' ? mostRobust : Infinity
    for (let row = 0; row < rows; row++) {
      const given = values[row * wide + column]!
      const number = value === null || Number.isNaN(given) ? given : Number(given === value)
      made[row * width + f] = Math.min(limit, Math.max(-limit, (number - center) / scale))
    }
  })
  return { rows, width, values: made }
}

/** The other way round: numbers in units of their columns, of a category the place of the value that is most likely. */
export function fromFeatures(
  columns: readonly TableColumn[],
  { rows, width, values }: FeatureRows,
): Float64Array {
  const made = new Float64Array(rows * columns.length)
  for (let row = 0; row < rows; row++) {
    let f = row * width
    columns.forEach(({ kind, center, scale, values: named }, column) => {
      const at = row * columns.length + column
      if (kind !== 'category') {
        made[at] = values[f++]! * scale + center
        return
      }
      let best = 0
      let highest = -Infinity
      named.forEach(({ share }, value) => {
        const likely = values[f++]! * scale + share
        if (likely > highest) [highest, best] = [likely, value]
      })
      made[at] = best
    })
  }
  return made
}

/** Squared distances of two sets of rows column by column, rows × columns; NaN where `target` is missing. */
export function squaresByColumn(
  columns: readonly TableColumn[],
  target: FeatureRows,
  output: Float32Array,
): Float32Array {
  const squares = new Float32Array(target.rows * columns.length)
  for (let row = 0; row < target.rows; row++) {
    let f = row * target.width
    columns.forEach((column, c) => {
      let sum = 0
      for (let i = 0; i < inputsOf(column); i++, f++) sum += (output[f]! - target.values[f]!) ** 2
      squares[row * columns.length + c] = sum
    })
  }
  return squares
}

/** The chosen rows, in that order. */
export function pickRows({ width, values }: FeatureRows, chosen: Uint32Array): FeatureRows {
  const picked = new Float32Array(chosen.length * width)
  chosen.forEach((row, i) => picked.set(values.subarray(row * width, (row + 1) * width), i * width))
  return { rows: chosen.length, width, values: picked }
}

/** At most so many rows, spread over all. */
export function someRows(all: FeatureRows, most: number): FeatureRows {
  if (all.rows <= most) return all
  return pickRows(
    all,
    Uint32Array.from({ length: most }, (_, i) => Math.floor((i * all.rows) / most)),
  )
}
