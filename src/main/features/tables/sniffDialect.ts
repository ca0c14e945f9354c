import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { Dialect } from '../../../shared/tables'
import { isMissing, marksOf, measuredIn, numberIn } from '../../store/cellText'
import {
  cellSpans,
  cellsOfRecord,
  firstRecords,
  isComment,
  isUtf8,
  notATable,
  readable,
} from '../../store/textRecords'

/** What a text file looks like at its beginning. */
export interface SniffedDialect {
  readonly dialect: Dialect
  /** Names of the columns, as many as there are; null without a header. */
  readonly header: readonly string[] | null
  readonly width: number
  /** Whether a header names all columns but the first one, as R writes tables. */
  readonly shifted: boolean
  /** Whether the header stands behind a # (as NumPy writes it). */
  readonly commented: boolean
  /** Records above the table that are no part of it: titles, and the sep=; of Excel. */
  readonly above: number
  /** Whether texts are UTF-8; else they are of the code page of Windows. */
  readonly isUtf8: boolean
}

/** @throws ExpectedError when there is no such file, or it is no table of text */
export async function sniffDialect(path: string): Promise<SniffedDialect> {
  const first = await firstRecords(path)
  const lines = first.map(({ text }) => text)
  const comments = lines.filter((line) => isComment(line)).map((line) => line.replace(/^#+\s*/, ''))
  const all = lines.filter((line) => !isComment(line))
  if (all.length === 0) throw notATable(path, sentence('tables.isEmpty'))
  const { delimiter, width } = delimiterOf(all)
  const above = linesAbove(all, delimiter, width)
  const records = all.slice(above)
  if (records.length === 0) throw notATable(path, sentence('tables.isEmpty'))
  const rows = records.map((record) => cellsOfRecord(record, delimiter))
  const marks = marksOf(rows.slice(1).flat(), delimiter)
  const quoted = records.some((record) => record.includes('"'))
  const last = comments.at(-1)
  const told = last === undefined ? [] : cellsOfRecord(last, delimiter)
  const commented = told.length === width && !told.some((cell) => Number.isFinite(numberIn(cell, marks)))
  const isShort = rows.length > 1 && rows[0]!.length === width - 1 && !rows[0]!.some(isMissing)
  // Rows that end in a delimiter have one cell more than there are names too, an empty one.
  const isTrailing = isShort && rows.slice(1).every((cells) => cells.length < width || cells.at(-1) === '')
  const shifted = isShort && !isTrailing
  const names = commented ? told : shifted ? ['', ...rows[0]!] : isTrailing ? [...rows[0]!, ''] : rows[0]!
  const header = commented || shifted || isHeader(names, rows.slice(1), marks)
  if (header && names.length !== width)
    throw ragged(path, {
      line: first.filter(({ text }) => !isComment(text))[above]!.line,
      found: names.length,
      width,
    })
  return {
    dialect: { delimiter, ...marks, header, quoted },
    header: header ? names.map((name) => readable(name).trim()) : null,
    ...{ width, shifted, commented, above, isUtf8: isUtf8(lines.join('\n')) },
  }
}

const mostAbove = 30
/** What Excel writes and reads first to say what is between the cells. */
const isSeparatorLine = (line: string) => /^"?sep=.{1,2}$/i.test(line.trim())

/** Lines above the table that say one thing alone: a title, a date, sep=;. */
function linesAbove(records: readonly string[], delimiter: string, width: number): number {
  const isTitle = (record: string) => {
    if (isSeparatorLine(record)) return true
    const cells = cellsOfRecord(record, delimiter)
    const [said, ...others] = cells.filter((cell) => cell !== '')
    const isAlone = said !== undefined && others.length === 0 && !Number.isFinite(Number(said))
    return isAlone && (cells.length === 1 ? width > 1 : width > 2)
  }
  const first = records.findIndex((record) => !isTitle(record))
  return first < 0 || first > mostAbove ? 0 : first
}

export const ragged = (
  path: string,
  values: { readonly line: number; readonly found: number; readonly width: number },
): ExpectedError => new ExpectedError('bad-input', sentence('tables.ragged', { path, ...values }))

/** What is between the cells of nearly all lines. Spaces and bars are taken only where nothing else is there. */
function delimiterOf(records: readonly string[]): { delimiter: string; width: number } {
  const candidates = [';', '\t', ',', '|', ' '].map((delimiter) => {
    const counts = new Map<number, number>()
    for (const record of records) {
      const width = cellsOfRecord(record, delimiter).length
      counts.set(width, (counts.get(width) ?? 0) + 1)
    }
    const [width, count] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))
    const torn = records.filter(
      (record) => record.includes('"') && cellSpans(record, delimiter).some(({ isTorn }) => isTorn),
    )
    return { delimiter, width, share: (count - torn.length) / records.length }
  })
  const several = candidates.filter(({ width }) => width > 1)
  return (
    several.find(({ share }) => share > 0.9) ??
    several.reduce<(typeof several)[number] | null>(
      (best, one) => (one.share > (best?.share ?? 0.3) ? one : best),
      null,
    ) ?? {
      delimiter: ',',
      width: 1,
    }
  )
}

/** Whether the first line names what the others hold. */
function isHeader(
  first: readonly string[],
  rows: readonly (readonly string[])[],
  marks: { readonly decimal: '.' | ','; readonly grouped: boolean },
): boolean {
  const isPlain = (cell: string) => Number.isFinite(numberIn(cell, marks))
  const isNumber = (cell: string) => isPlain(cell) || measuredIn(cell, marks) !== null
  if (first.some(isPlain)) return isCounting(first) || areYears(first, rows)
  if (rows.length === 0) return first.every((cell) => cell !== '')
  // A text above numbers names them. Above texts alone a first line is a header where it says what no other line does.
  const above = first.some((cell, column) => {
    if (isMissing(cell) && cell !== '') return false
    const known = rows.map((row) => row[column] ?? '').filter((one) => !isMissing(one))
    return known.length > 0 && known.filter(isNumber).length > known.length / 2
  })
  if (above) return true
  return first.every((cell, column) => cell !== '' && !rows.some((row) => row[column] === cell))
}

/** pandas calls columns without names 0, 1, 2, perhaps after an index without one. */
function isCounting(first: readonly string[]): boolean {
  const from = first[0] === '' ? 1 : 0
  return first.length > from + 1 && first.slice(from).every((cell, i) => cell === String(i))
}

/** Columns of years, as in country,2001,2002,2003: whole numbers that count up, beside texts, above others. */
function areYears(first: readonly string[], rows: readonly (readonly string[])[]): boolean {
  const numbers = first.filter((cell) => /^\d+$/.test(cell)).map(Number)
  const step = numbers[1]! - numbers[0]!
  const isEven = numbers.length > 1 && step > 0 && numbers.every((one, i) => one === numbers[0]! + i * step)
  const rest = first.filter((cell) => !/^\d+$/.test(cell))
  const isSaid =
    rest.length > 0 && rest.every((cell) => cell !== '' && !rows.some((row) => row.includes(cell)))
  return isEven && isSaid
}
