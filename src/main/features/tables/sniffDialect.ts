import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { Dialect } from '../../../shared/tables'
import { isMissing, marksOf, measuredIn, numberIn } from '../../store/cellText'
import { headerLinesOf, joinedHeader, recordsAbove, usedCells } from '../../store/findHeader'
import type { TextEncoding } from '../../store/textEncoding'
import {
  cellSpans,
  cellsOfRecord,
  commentMark,
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
  /** Lines that the header has; where a table is put together of several, its text comes again. */
  readonly headerLines: readonly string[]
  readonly width: number
  /** Whether a header names all columns but the first one, as R writes tables. */
  readonly shifted: boolean
  /** Whether the header stands behind a # (as NumPy writes it). */
  readonly commented: boolean
  /** Records above the table that are no part of it: titles, and the sep=; of Excel. */
  readonly above: number
  /** Whether texts are UTF-8; else they are of the code page of Windows. */
  readonly isUtf8: boolean
  /** How the file says that. */
  readonly encoding: TextEncoding
}

/** @throws ExpectedError when there is no such file, or it is no table of text */
export async function sniffDialect(path: string): Promise<SniffedDialect> {
  const { records: first, encoding } = await firstRecords(path)
  const comments = first
    .filter(({ text }) => isComment(text))
    .map(({ text }) => text.replace(commentMark, ''))
  const lines = first.filter(({ text }) => !isComment(text))
  if (lines.length === 0) throw notATable(path, sentence('tables.isEmpty'))
  const { delimiter, width: usual } = delimiterOf(lines.map(({ text }) => text))
  const all = lines.filter(({ text }) => !isBlank(cellsOfRecord(text, delimiter)))
  const above = recordsAbove(all, delimiter, usual)
  const records = all.slice(above)
  if (records.length === 0) throw notATable(path, sentence('tables.isEmpty'))
  const rows = records.map(({ text }) => cellsOfRecord(text, delimiter))
  const marks = marksOf(rows.slice(1).flat(), delimiter)
  const last = comments.at(-1)
  const told = last === undefined ? [] : cellsOfRecord(last, delimiter)
  const commented = told.length === usual && !told.some((cell) => Number.isFinite(numberIn(cell, marks)))
  const isShort = rows.length > 1 && rows[0]!.length === usual - 1 && !rows[0]!.some(isMissing)
  // Rows that end in a delimiter have one cell more than there are names too, an empty one.
  const isTrailing = isShort && rows.slice(1).every((cells) => cells.length < usual || cells.at(-1) === '')
  const shifted = isShort && !isTrailing
  const named = commented ? told : shifted ? ['', ...rows[0]!] : rows[0]!
  const header = commented || shifted || isHeader(named, rows.slice(1), marks)
  const many = header && !commented && !shifted ? headerLinesOf(rows, marks) : 1
  const body = rows.slice(header && !commented ? many : 0)
  const width = widthOf(header && many === 1 ? named : null, body, usual)
  if (header && named.length < width && !isNearly(named.length, width))
    throw ragged(path, { line: records[0]!.line, found: named.length, width })
  const names = many > 1 ? joinedHeader(rows.slice(0, many), width) : named
  const quoted = records.some(({ text }) => text.includes('"'))
  return {
    dialect: { delimiter, ...marks, header, quoted },
    header: header ? Array.from({ length: width }, (_, place) => readable(names[place] ?? '').trim()) : null,
    headerLines: header && !commented ? records.slice(0, many).map(({ text }) => text) : [],
    width,
    shifted,
    commented,
    above,
    encoding,
    isUtf8: isUtf8(first.map(({ text }) => text).join('\n')),
  }
}

/** Whether all cells of a line are empty, as spreadsheets write an empty row. */
export const isBlank = (cells: readonly string[]): boolean => cells.length > 1 && usedCells(cells) === 0

/** A header may leave some columns without a name. */
const isNearly = (names: number, width: number) => names >= 0.8 * width

/** How many columns there are: as many as names, or as most rows have; rows may lack cells at their end, or have empty ones there. */
function widthOf(
  names: readonly string[] | null,
  body: readonly (readonly string[])[],
  usual: number,
): number {
  const used = body.map(usedCells)
  if (names) {
    const named = usedCells(names)
    const beyond = used.filter((count) => count > names.length).length
    if (named >= usual)
      return names.length > usual && used.every((count) => count <= named) ? named : names.length
    return beyond > oftenShare * body.length ? usual : names.length
  }
  // Without names, so many cells as come up again and again.
  const often = used.filter((count) => count > usual)
  return often.length > oftenShare * body.length ? Math.max(...often) : usual
}

const oftenShare = 0.05

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
    const one = counts.get(1) ?? 0
    return {
      delimiter,
      width,
      share: (count - torn.length) / records.length,
      /** Of the lines that it parts at all, which need not have as many cells. */
      parted: (records.length - one - torn.length) / records.length,
      /** The first line that it parts: a header, where it is what is between the cells. */
      first: records.findIndex((record) => cellsOfRecord(record, delimiter).length > 1),
    }
  })
  const several = candidates.filter(({ width }) => width > 1)
  const earliest = Math.min(...several.map(({ first }) => first))
  return (
    // Ragged rows between semicolons may have as many decimal commas in each of them.
    several.find(
      ({ delimiter, parted, first }) => ';\t'.includes(delimiter) && parted > 0.9 && first === earliest,
    ) ??
    several.find(({ share }) => share > 0.9) ??
    several.find(({ delimiter, parted }) => delimiter !== ' ' && parted > 0.9) ??
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
