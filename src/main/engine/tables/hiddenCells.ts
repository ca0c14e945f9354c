import { inputsOf, type TableColumn, type TableErrors } from '../../../shared/tables'
import { type Random, randomStream } from '../training/random'
import { type FeatureRows, squaresByColumn } from './tableFeatures'

/** Of each number of a row the column that it belongs to: a category is hidden whole. */
export const columnOfFeature = (columns: readonly TableColumn[]): Int32Array =>
  Int32Array.from(columns.flatMap((column, c) => new Array<number>(inputsOf(column)).fill(c)))

/** Of each column the first of its numbers in a row. */
export function firstFeatures(columns: readonly TableColumn[]): Int32Array {
  let at = 0
  return Int32Array.from(columns, (column) => (at += inputsOf(column)) - inputsOf(column))
}

/** Rows in which the cells of one fold are hidden: each known cell is in one of the folds, drawn by the seed. */
export function hideFold(
  { rows, width, values }: FeatureRows,
  columns: Int32Array,
  { fold, folds, seed }: { readonly fold: number; readonly folds: number; readonly seed: number },
): { visible: Uint8Array; shown: FeatureRows } {
  const wide = (columns.at(-1) ?? -1) + 1
  const visible = new Uint8Array(values.length)
  const shown = values.slice()
  const random = randomStream(seed, 0x464f4c44)
  const drawn = new Uint8Array(wide)
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < wide; c++) drawn[c] = random.below(folds)
    for (let f = 0, at = row * width; f < width; f++, at++) {
      if (Number.isNaN(values[at]!)) continue
      if (drawn[columns[f]!] === fold) shown[at] = NaN
      else visible[at] = 255
    }
  }
  return { visible, shown: { rows, width, values: shown } }
}

/** At most so many rows of the validation, each of them repeated. */
const mostFolded = 2000

/** Rows repeated up to five times, with other cells hidden each time: of few rows one fold alone would say little. */
export function hideFolds(
  { rows, width, values }: FeatureRows,
  columns: Int32Array,
  seed: number,
): { validation: FeatureRows; fold: { visible: Uint8Array; shown: FeatureRows } } {
  const folds = 5
  const times = Math.max(1, Math.min(folds, Math.floor(mostFolded / rows)))
  const all = { rows: rows * times, width }
  const target = new Float32Array(all.rows * width)
  const shown = new Float32Array(all.rows * width)
  const visible = new Uint8Array(all.rows * width)
  for (let fold = 0; fold < times; fold++) {
    const hidden = hideFold({ rows, width, values }, columns, { fold, folds, seed })
    target.set(values, fold * values.length)
    shown.set(hidden.shown.values, fold * values.length)
    visible.set(hidden.visible, fold * values.length)
  }
  return { validation: { ...all, values: target }, fold: { visible, shown: { ...all, values: shown } } }
}

/** Hides a share of the known cells of a row, drawn anew each time: between none and half of them. */
export function hideSome(visible: Uint8Array, columns: Int32Array, random: Random): void {
  const share = 0.5 * random.uniform()
  let [last, hidden] = [-1, false]
  for (let f = 0; f < columns.length; f++) {
    if (columns[f] !== last) {
      last = columns[f]!
      hidden = random.uniform() < share
    }
    if (hidden) visible[f] = 0
  }
}

/** Adds up errors of cells. */
export class ErrorSum {
  private squares = 0
  private absolutes = 0
  count = 0

  add(error: number): void {
    this.squares += error * error
    this.absolutes += Math.abs(error)
    this.count++
  }

  get figures(): TableErrors {
    const count = Math.max(1, this.count)
    return { rmse: Math.sqrt(this.squares / count), mae: this.absolutes / count }
  }
}

/** Errors of all known cells in units of the network. @param asked which of them count, bytes of features; all if not given */
export function errorsOf(
  columns: readonly TableColumn[],
  target: FeatureRows,
  output: Float32Array,
  visible?: Uint8Array,
): TableErrors {
  const sum = new ErrorSum()
  const squares = squaresByColumn(columns, target, output)
  const firsts = firstFeatures(columns)
  for (let row = 0; row < target.rows; row++)
    for (let c = 0; c < columns.length; c++) {
      const error = squares[row * columns.length + c]!
      if (Number.isNaN(error) || visible?.[row * target.width + firsts[c]!] === 255) continue
      sum.add(Math.sqrt(error))
    }
  return sum.figures
}
