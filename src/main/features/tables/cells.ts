import type { Dialect } from '../../../shared/tables'

const missingWords = new Set([
  ...['', '?', '-', '--', '.', 'na', 'n/a', '#n/a', '#na', 'nan', '-nan', 'null', 'none', 'nil', 'missing'],
  ...['<na>', 'inf', '-inf', '+inf', 'infinity', '-infinity', '#div/0!', '#value!', 'k.a.'],
])

/** Whether a cell says that there is no value. */
export const isMissing = (cell: string): boolean =>
  cell === '' || (cell.length <= 9 && missingWords.has(cell.trim().toLowerCase()))

const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const withComma = /^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$/
const groupedByComma = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/
const groupedByDot = /^[+-]?\d{1,3}(\.\d{3})+(,\d*)?$/

export type NumberMarks = Pick<Dialect, 'decimal' | 'grouped'>

/** NaN for what is no number. */
export function numberIn(cell: string, { decimal, grouped }: NumberMarks): number {
  if (decimal === '.') {
    if (plain.test(cell)) return Number(cell)
    return grouped && groupedByComma.test(cell) ? Number(cell.replaceAll(',', '')) : NaN
  }
  if (grouped && groupedByDot.test(cell)) return Number(cell.replaceAll('.', '').replace(',', '.'))
  if (withComma.test(cell)) return Number(cell.replace(',', '.'))
  return plain.test(cell) ? Number(cell) : NaN
}

/** Which marks the numbers of some cells have. @param delimiter between the cells */
export function marksOf(cells: Iterable<string>, delimiter: string): NumberMarks {
  let [commas, dots, byComma, byDot, whole] = [0, 0, 0, 0, 0]
  for (const cell of cells) {
    if (groupedByComma.test(cell)) byComma++
    if (groupedByDot.test(cell)) byDot++
    if (cell.includes(',') && withComma.test(cell)) commas++
    if (cell.includes('.') && plain.test(cell)) dots++
    if (cell.includes('.') && groupedByComma.test(cell)) whole++
  }
  // Between commas a comma is inside quotes, and with three digits after it sets thousands apart.
  const isComma = commas + byDot > dots && !(byComma >= commas && (whole > 0 || delimiter === ','))
  return isComma
    ? { decimal: ',', grouped: byDot > 0 && dots <= byDot }
    : { decimal: '.', grouped: byComma > 0 }
}

/** Digits after the decimal mark. */
export function decimalsIn(cell: string, decimal: string): number {
  const mark = cell.lastIndexOf(decimal)
  if (mark < 0) return 0
  const end = cell.search(/[eE]/)
  return (end < 0 ? cell.length : end) - mark - 1
}

export const isDate = (cell: string): boolean =>
  /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ]\d{1,2}:\d{2}.*)?$/.test(cell) ||
  /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([T ]\d{1,2}:\d{2}.*)?$/.test(cell) ||
  /^\d{1,2}:\d{2}(:\d{2}.*)?$/.test(cell)
