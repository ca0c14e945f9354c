import type { LeftOutColumn, TableColumn, TableScaling } from '../../../shared/tables'
import { isDate } from '../../store/cellText'
import type { CollectedColumn } from './collectColumn'

/** A column with more different texts than this has no categories. */
const mostCategories = 20
/** Of a column of numbers so many may be something else, which then counts as missing. */
const numbersShare = 0.8
/** Outliers count as such where the standard deviation is so many times what the quartiles say. */
const heavyTails = 3

export interface ColumnChoice {
  /** Names or numbers (from 1) of columns that are not to be used. */
  readonly leaveOut?: readonly string[] | undefined
  readonly scaling?: TableScaling | undefined
}

export interface DescribedColumns {
  readonly columns: TableColumn[]
  readonly leftOut: LeftOutColumn[]
}

/** Says of each column what it is, and which of them are used. */
export function describeColumns(
  collected: readonly CollectedColumn[],
  { leaveOut = [], scaling = 'auto' }: ColumnChoice,
): DescribedColumns {
  const columns: TableColumn[] = []
  const leftOut: LeftOutColumn[] = []
  collected.forEach((column, place) => {
    const asked = leaveOut.some((one) => one === column.name || one === String(place + 1))
    const found = asked ? 'asked' : describe(column, { place, scaling })
    if (typeof found !== 'string') return columns.push(found)
    const distinct = column.counts(1000)?.size ?? 1001
    return leftOut.push({ name: column.name, place, reason: found, distinct })
  })
  return { columns: withCodesOfOthers(columns, collected, scaling), leftOut }
}

/** What stands for a missing value in one column does so in others too where it is rare. */
function withCodesOfOthers(
  columns: readonly TableColumn[],
  collected: readonly CollectedColumn[],
  scaling: TableScaling,
): TableColumn[] {
  const codes = [...new Set(columns.flatMap(({ missingCode }) => missingCode ?? []))]
  if (codes.length === 0) return [...columns]
  return columns.map((column) => {
    const { place, kind, missingCode, min, max } = column
    if (kind === 'category' || missingCode !== undefined) return column
    if (!codes.some((code) => code === min || code === max)) return column
    const found = describeNumbers(collected[place]!, { place, scaling, codes })
    return typeof found === 'string' ? column : found
  })
}

/** How a column is described. */
interface Describing {
  readonly place: number
  readonly scaling: TableScaling
  /** What stands for a missing value in other columns. */
  readonly codes?: readonly number[]
}

function describe(column: CollectedColumn, how: Describing): TableColumn | LeftOutColumn['reason'] {
  const { place } = how
  if (column.known === 0) return 'empty'
  if (isIndex(column, place)) return 'index'
  const numbers = column.known - column.texts
  if (numbers >= numbersShare * column.known) return describeNumbers(column, how)
  return describeTexts(column, place)
}

/** A column that only numbers or names the rows. */
function isIndex(column: CollectedColumn, place: number): boolean {
  const isCalled =
    /^(id|uid|uuid|guid|index|idx|row|row[ _]?(nr|no|number|names?)|nr\.?|no\.?|nummer|lfd\.?.*|unnamed: 0|sample[ _]?number)$|[ _.-](id|uuid|key)$/i.test(
      column.name,
    ) || /[a-z](Id|ID)$/.test(column.name)
  const hasNoName = column.name === '' && place === 0
  if (isCalled || hasNoName) return column.areAllDifferent && isWholeOrText(column)
  // So large numbers are names: they are not even told apart as numbers.
  if (column.texts + column.missing === 0 && isBeyondExact(column)) return true
  if (place !== 0 || column.texts > 0 || column.missing > 0 || column.length < 3) return false
  const [first] = [column.number(0)]
  if (first !== 0 && first !== 1) return false
  for (let row = 1; row < column.length; row++) if (column.number(row) !== first + row) return false
  return true
}

function isBeyondExact(column: CollectedColumn): boolean {
  for (let row = 0; row < column.length; row++)
    if (Math.abs(column.number(row)) <= Number.MAX_SAFE_INTEGER) return false
  return column.decimals === 0 && !column.exponents
}

function isWholeOrText(column: CollectedColumn): boolean {
  for (let row = 0; row < column.length; row++) {
    const value = column.number(row)
    if (!Number.isNaN(value) && value % 1 !== 0) return false
  }
  return true
}

function describeNumbers(
  column: CollectedColumn,
  { place, scaling, codes = [] }: Describing,
): TableColumn | 'constant' {
  const sorted = new Float64Array(column.known - column.texts)
  let count = 0
  for (let row = 0; row < column.length; row++) {
    const value = column.number(row)
    if (!Number.isNaN(value)) sorted[count++] = value
  }
  sorted.sort()
  const code = missingCodeIn(sorted, codes)
  return describeSorted(code === null ? sorted : sorted.filter((value) => value !== code), column, {
    ...{ place, scaling, code },
    isWhole: isWhole(column),
  })
}

/** What people write where there is no value, in files that have no other way. */
const missingCodes = [99, 999, 9999, 99999, -1, -9, -99, -999, -9999, -99999]
/** Of so many cells at least, and as far from all other values as those are apart. */
const codeShare = 0.005

/** A number that stands for a missing one: it comes again and again, far off all others. Null where there is none. @param known those of other columns, which need not come again */
export function missingCodeIn(sorted: Float64Array, known: readonly number[] = []): number | null {
  for (const code of missingCodes) {
    const isLow = code === sorted[0]
    if (!isLow && code !== sorted.at(-1)) continue
    const others = sorted.filter((value) => value !== code)
    const count = sorted.length - others.length
    const least = known.includes(code) ? 1 : Math.max(3, codeShare * sorted.length)
    if (count < least || others.length < 10) continue
    const [low, high] = [others[0]!, others.at(-1)!]
    const apart = isLow ? low - code : code - high
    // -1 is a number like others where there are negative ones, or where nothing is small.
    if (apart > (Math.abs(code) < 10 ? 0.2 : 1) * (high - low) && apart > 1 && high > low) return code
  }
  return null
}

function describeSorted(
  sorted: Float64Array,
  column: CollectedColumn,
  how: {
    readonly place: number
    readonly scaling: TableScaling
    readonly code: number | null
    readonly isWhole: boolean
  },
): TableColumn | 'constant' {
  const { place, scaling, code } = how
  const count = sorted.length
  const [min, max] = [sorted[0]!, sorted[count - 1]!]
  if (min === max) return 'constant'
  let mean = 0
  for (const value of sorted) mean += value / count
  // In units of the largest, since squares of 1e200 and of 1e-200 are none.
  const unit = Math.max(Math.abs(min), Math.abs(max))
  let squares = 0
  for (const value of sorted) squares += (value / unit - mean / unit) ** 2 / count
  const deviation = Math.sqrt(squares) * unit
  const at = (share: number) => sorted[Math.round(share * (count - 1))]!
  // The quartiles of a normal distribution are 1.349 standard deviations apart.
  const spread = (at(0.75) - at(0.25)) / 1.349
  const isRobust =
    spread > 0 && (scaling === 'robust' || (scaling === 'auto' && deviation > heavyTails * spread))
  return {
    ...{ name: column.name, place, kind: how.isWhole ? 'whole' : 'number' },
    ...{ missing: column.length - count, unreadable: column.texts },
    ...(column.measured > 0 && column.unit && { unit: column.unit }),
    ...(code !== null && { missingCode: code }),
    ...(isRobust
      ? { scaling: 'robust', center: at(0.5), scale: spread }
      : { scaling: 'standard', center: mean, scale: deviation }),
    ...{ mean, deviation, min, max, decimals: column.decimals, exponents: column.exponents, values: [] },
  }
}

const isWhole = (column: CollectedColumn) =>
  column.decimals === 0 && !column.exponents && isWholeOrText(column)

function areDates(column: CollectedColumn): boolean {
  const looked = Array.from({ length: Math.min(200, column.length) }, (_, row) => column.text(row))
  const known = looked.filter((text) => text !== null)
  return known.length > 0 && known.filter((text) => isDate(text)).length > 0.8 * known.length
}

function describeTexts(column: CollectedColumn, place: number): TableColumn | LeftOutColumn['reason'] {
  if (areDates(column)) return 'date'
  const most = Math.max(2, Math.min(mostCategories, Math.floor(column.known / 5)))
  const counts = column.counts(most)
  if (!counts) return 'text'
  if (counts.size === 1) return 'constant'
  const values = [...counts]
    .map(([name, count]) => ({ name, share: count / column.known }))
    .sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1))
  // All of its numbers together vary as much as one column of numbers does.
  const scale = Math.sqrt(values.reduce((sum, { share }) => sum + share * (1 - share), 0))
  return {
    ...{ name: column.name, place, kind: 'category', missing: column.missing, unreadable: 0 },
    ...{ scaling: 'standard', center: 0, scale, mean: 0, deviation: scale, min: 0, max: values.length - 1 },
    ...{ decimals: 0, exponents: false, values },
  }
}

/**
 * The numbers of the columns that are used, rows × columns: numbers as they are, of a category the place of its value, NaN for
 * what is missing, cannot be read or was never seen. @param from the collected column of each; null where the file has none
 */
export function valuesOf(
  columns: readonly TableColumn[],
  from: readonly (CollectedColumn | null)[],
  rows: number,
): Float64Array {
  const values = new Float64Array(rows * columns.length).fill(NaN)
  columns.forEach(({ kind, values: named, missingCode }, c) => {
    const column = from[c]
    if (!column) return
    const places = new Map(named.map(({ name }, i) => [name, i]))
    for (let row = 0; row < rows; row++)
      values[row * columns.length + c] =
        kind === 'category'
          ? (places.get(column.text(row) ?? '') ?? NaN)
          : column.number(row) === missingCode
            ? NaN
            : column.number(row)
  })
  return values
}
