import { basename } from 'node:path'
import type { LeftOutColumn, TableColumn, TableInfo } from '../../../shared/tables'
import { formatInWords } from '../../features/tables/readTable'
import { counted, formatAmount } from '../format'

const mostNamed = 8

const someOf = (names: readonly string[]) =>
  `${names.slice(0, mostNamed).join(', ')}${names.length > mostNamed ? ` and ${formatAmount(names.length - mostNamed)} more` : ''}`

/** What a table was taken for, in sentences. */
export function describeTable({ source, rows, columns, leftOut, missing }: TableInfo): string[] {
  const cells = rows * columns.length
  const share = (100 * missing) / cells
  const robust = columns.filter(({ scaling }) => scaling === 'robust').map(({ name }) => name)
  const unreadable = columns.filter((column) => column.unreadable > 0)
  return [
    `${formatInWords(source)}. It was taken for a table: ${counted(rows, 'row')} of ${counted(columns.length, 'column')}.`,
    ...kindsInWords(columns),
    ...unitsInWords(columns),
    ...((source.summaries ?? []).length > 0
      ? [`Rows at the end that sum up the others are left out: ${someOf(source.summaries!)}.`]
      : []),
    ...(source.notes
      ? [
          `Above or below the table, ${source.notes === 1 ? '1 line is' : `${formatAmount(source.notes)} lines are`} no row of it.`,
        ]
      : []),
    ...shapesInWords(source),
    ...(leftOut.length > 0 ? [`Left out: ${someOf(leftOut.map(leftOutInWords))}.`] : []),
    missing > 0
      ? `${formatAmount(missing)} of ${counted(cells, 'cell')} (${share.toPrecision(2)} %) are missing. They do not count in the training.`
      : 'No cell is missing.',
    ...unreadable.map(({ name, unreadable: count }) =>
      count === 1
        ? `1 cell of ${name} holds no number and counts as missing.`
        : count === 1
          ? `One cell of ${name} holds no number and counts as missing.`
          : `${formatAmount(count)} cells of ${name} hold no number and count as missing.`,
    ),
    robust.length > 0
      ? `Columns are scaled by mean and standard deviation; because of outliers by median and quartiles: ${someOf(robust)}.`
      : 'Columns are scaled by mean and standard deviation.',
    ...pixelNote(columns),
  ]
}

/** What was done with rows that have other cells than the table has columns. */
function shapesInWords({ shortRows, paddedRows, longRows, firstLongLine }: TableInfo['source']): string[] {
  const rows = (count: number, one: string, many: string) =>
    count === 1 ? `1 row ${one}` : `${formatAmount(count)} rows ${many}`
  return [
    ...(shortRows ? [`${rows(shortRows, 'lacks', 'lack')} cells at the end, which count as missing.`] : []),
    ...(paddedRows
      ? [`${rows(paddedRows, 'ends', 'end')} in more empty cells than there are columns; those say nothing.`]
      : []),
    ...(longRows
      ? [
          `${rows(longRows, 'has', 'have')} more cells than there are columns and ${longRows === 1 ? 'is' : 'are'} left out, the first in line ${firstLongLine}. Put texts with the mark between cells in quotes.`,
        ]
      : []),
  ]
}

function kindsInWords(columns: readonly TableColumn[]): string[] {
  const of = (kind: TableColumn['kind']) => columns.filter((column) => column.kind === kind)
  const [numbers, wholes, categories] = [of('number'), of('whole'), of('category')]
  const named = (found: readonly TableColumn[]) => someOf(found.map(({ name }) => name))
  return [
    ...(numbers.length > 0 ? [`Numbers: ${named(numbers)}.`] : []),
    ...(wholes.length > 0 ? [`Whole numbers: ${named(wholes)}.`] : []),
    ...categories
      .slice(0, mostNamed)
      .map(
        ({ name, values }) =>
          `Category with one input for each value: ${name} (${someOf(values.map((value) => value.name))}).`,
      ),
  ]
}

/** What was taken for a unit, or for a gap. */
function unitsInWords(columns: readonly TableColumn[]): string[] {
  const units = columns.flatMap(({ name, unit }) =>
    unit
      ? [
          `${name} (${[unit.before, unit.after]
            .map((one) => one.trim())
            .filter(Boolean)
            .join(' … ')})`,
        ]
      : [],
  )
  const codes = new Map<number, string[]>()
  for (const { name, missingCode } of columns)
    if (missingCode !== undefined) codes.set(missingCode, [...(codes.get(missingCode) ?? []), name])
  return [
    ...(units.length > 0
      ? [`Numbers with a unit: ${someOf(units)}. The unit is not part of the number.`]
      : []),
    ...[...codes].map(([code, names]) => `${code} stands for a missing value in ${someOf(names)}.`),
  ]
}

const reasons: Record<LeftOutColumn['reason'], (column: LeftOutColumn) => string> = {
  index: () => 'it only numbers or names the rows',
  constant: () => 'it is the same everywhere',
  empty: () => 'it is empty',
  text: ({ distinct }) =>
    `text, ${distinct > 1000 ? 'more than 1,000' : formatAmount(distinct)} different values`,
  date: () => 'dates',
  asked: () => 'as you asked',
}

const leftOutInWords = (column: LeftOutColumn) =>
  `${column.name === '' ? 'the first column' : column.name} (${reasons[column.reason](column)})`

/** Tables of pixels, such as those of MNIST: label,pixel0,pixel1,… */
function pixelNote(columns: readonly TableColumn[]): string[] {
  const pixels = columns.filter(({ name }) => /^(pixel|px|p)?_?\d+([x_]\d+)?$/i.test(name) && /\d/.test(name))
  if (pixels.length < 49 || pixels.length < 0.9 * columns.length) return []
  return [
    'Its columns are called like pixels of images. To train on them as images, save them as image files.',
  ]
}

/** Which columns of the model a file lacks. */
export const absentNote = (file: string, absent: readonly string[]): string[] =>
  absent.length === 0 ? [] : [`${basename(file)} lacks ${someOf(absent)}: those count as missing.`]
