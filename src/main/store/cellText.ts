import type { Dialect, TableColumn } from '../../shared/tables'
import { readable } from './textRecords'

const missingWords = new Set([
  ...['', '?', '-', '--', '.', 'na', 'n/a', '#n/a', '#na', 'nan', '-nan', 'null', 'none', 'nil', 'missing'],
  ...['n.a.', 'n.a', 'n.d.', '..', '...', '\u2013', '\u2014', '\u2026', 'k. a.', '#ref!', '#num!', '#name?'],
  // As MySQL and PostgreSQL write what is not there.
  '\\n',
  ...['<na>', 'inf', '-inf', '+inf', 'infinity', '-infinity', '#div/0!', '#value!', 'k.a.'],
])

/** Whether a cell says that there is no value. */
export const isMissing = (cell: string): boolean =>
  cell === '' || (cell.length <= 9 && missingWords.has(readable(cell).trim().toLowerCase()))

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
  for (const written of cells) {
    const cell = partsOf(written)?.digits ?? written
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

/** What stands before and after the numbers of a column, such as $ and %, with the space between. */
export type NumberUnit = NonNullable<TableColumn['unit']>

const signs = '$€£¥₹₽₩₺₴₫฿₪₦₱₡₲₵¢'
const codes =
  'USD|EUR|GBP|CHF|JPY|CNY|RMB|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|BRL|MXN|ZAR|KRW|SGD|HKD|ILS|AED|SAR|THB|IDR|MYR|PHP|Rs'
const before = String.raw`(?:[A-Z]{0,3}[${signs}]|${codes}\.?)`
/** A percent sign, a currency, or a short word such as kg, km/h, °C or months. */
const after = String.raw`(?:[%‰${signs}]|[°A-Za-zµμΩ][^\s\d(),;:]{0,8}(?:/[A-Za-z]{1,4})?)`
const withUnit = new RegExp(
  String.raw`^(\()?([+\-\u2212])?(${before}\s?)?([+\-\u2212])?(\d[\d.,'’\s]*|\.\d+)(${after})?(\))?$`,
)
const inGroups = /^\d{1,3}(['’\s]\d{3})+(?=$|[.,])/

/** A cell of digits with something around them: a unit, brackets of a bookkeeper, or spaces between the thousands. Null for others. */
function partsOf(cell: string): { digits: string; unit: NumberUnit } | null {
  if (cell.length > 40 || !/\d/.test(cell)) return null
  const match = withUnit.exec(readable(cell).replace(/[\u00a0\u202f\u2009]/g, ' '))
  if (!match) return null
  const [, open, sign, unitBefore = '', inner, written, unitAfter = '', close] = match
  if (!open !== !close || (sign && inner)) return null
  const number = written!.trimEnd()
  const bare = number.replace(inGroups, (groups) => groups.replace(/['’\s]/g, ''))
  if (/['’\s]/.test(bare)) return null
  const isNegative = open !== undefined || /[-\u2212]/.test(`${sign ?? ''}${inner ?? ''}`)
  const gap = unitAfter === '' ? '' : written!.slice(number.length)
  return { digits: (isNegative ? '-' : '') + bare, unit: { before: unitBefore, after: gap + unitAfter } }
}

export interface MeasuredCell {
  readonly value: number
  readonly decimals: number
  /** Both empty where there is none. */
  readonly unit: NumberUnit
}

/** A number with its unit, as in $1,234.50, 12 % or (3.10). Null for what is none. */
export function measuredIn(cell: string, marks: NumberMarks): MeasuredCell | null {
  const parts = partsOf(cell)
  if (!parts) return null
  const value = numberIn(parts.digits, marks)
  if (Number.isNaN(value)) return null
  return { value, decimals: decimalsIn(parts.digits, marks.decimal), unit: parts.unit }
}

export const isSameUnit = (a: NumberUnit, b: NumberUnit): boolean =>
  a.before.trim() === b.before.trim() && a.after.trim() === b.after.trim()

/** Digits after the decimal mark. */
export function decimalsIn(cell: string, decimal: string): number {
  const mark = cell.lastIndexOf(decimal)
  if (mark < 0) return 0
  const end = cell.search(/[eE]/)
  return (end < 0 ? cell.length : end) - mark - 1
}

const month = '(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*\\.?'
const dates = [
  /^\d{4}[-/.]\d{1,2}([-/.]\d{1,2}([T ]\d{1,2}:\d{2}.*)?)?$/,
  /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([T ,]+\d{1,2}:\d{2}.*)?$/,
  /^\d{1,2}:\d{2}(:\d{2}.*)?( ?[ap]\.?m\.?)?$/i,
  new RegExp(`^(\\w{3,10},? )?\\d{1,2}\\.?[-/ ]${month}[-/ ,]*\\d{2,4}([T ,]+\\d{1,2}:\\d{2}.*)?$`, 'i'),
  new RegExp(
    `^(\\w{3,10},? )?${month}[-/ ]\\d{1,2}(st|nd|rd|th)?,?[-/ ]\\d{2,4}([T ,]+\\d{1,2}:\\d{2}.*)?$`,
    'i',
  ),
  new RegExp(`^${month}[-/ ]\\d{2,4}$`, 'i'),
]

/** A day, a month or a time. */
export const isDate = (cell: string): boolean =>
  cell.length >= 4 && cell.length < 48 && dates.some((date) => date.test(cell))
