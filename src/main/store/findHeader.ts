import { cellsOfRecord, type TextRecord } from './textRecords'
import { isMissing, measuredIn, numberIn, type NumberMarks } from './cellText'

/** Lines above a table are at most so many. */
const mostAbove = 30
/** A header has at most so many lines: a group, a name, a unit. */
const mostHeaderLines = 3

/** How many cells there are up to the last one that holds something. */
export const usedCells = (cells: readonly string[]): number => cells.findLastIndex((cell) => cell !== '') + 1

/** What Excel writes and reads first to say what is between the cells. */
const isSeparatorLine = (line: string) => /^"?sep=.{1,2}$/i.test(line.trim())

const isAnyNumber = (cell: string) => Number.isFinite(Number(cell)) || /^[+-]?\d+,\d+$/.test(cell)

/**
 * How many records stand above the table: sep=;, titles that say one thing alone, and lines such as `Station,Berlin`, which have
 * fewer cells than a header that follows, or end with an empty line above it.
 */
export function recordsAbove(records: readonly TextRecord[], delimiter: string, width: number): number {
  const rows = records.slice(0, mostAbove + 4).map(({ text }) => cellsOfRecord(text, delimiter))
  const isTitle = (cells: readonly string[], place: number) => {
    if (isSeparatorLine(records[place]!.text)) return true
    const [said, ...others] = cells.filter((cell) => cell !== '')
    const isAlone = said !== undefined && others.length === 0 && !isAnyNumber(said)
    return isAlone && (cells.length === 1 ? width > 1 : width > 2)
  }
  const first = rows.findIndex((cells, place) => !isTitle(cells, place))
  if (first < 0 || first > mostAbove) return 0
  const isNames = (cells: readonly string[] | undefined) =>
    cells !== undefined && usedCells(cells) > 0 && !cells.some((cell) => cell !== '' && isAnyNumber(cell))
  const isBody = (cells: readonly string[] | undefined) =>
    cells?.some((cell) => cell !== '' && isAnyNumber(cell)) ?? false
  for (let place = first + 1; place < Math.min(rows.length, mostAbove); place++) {
    const used = usedCells(rows[place]!)
    if (!isNames(rows[place]) || !isBody(rows[place + 1])) continue
    const before = rows.slice(first, place)
    const areFewer = width > 2 && used >= width - 1 && before.every((cells) => usedCells(cells) <= width / 2)
    const isApart = records[place]!.line > records[place - 1]!.line + 1 + breaksIn(records[place - 1]!.text)
    const arePairs = before.every((cells) => usedCells(cells) <= 2 && !isAnyNumber(cells[0]!))
    if (areFewer || (isApart && used === width && arePairs)) return place
  }
  return first
}

const breaksIn = (text: string) => text.split('\n').length - 1

/**
 * How many lines the header has. Those below its first one name columns of numbers too, or say their units: no cell of such a
 * column is a number there, and two at least say something. @param rows from the first line of the header on
 */
export function headerLinesOf(rows: readonly (readonly string[])[], marks: NumberMarks): number {
  let lines = 1
  for (; lines < mostHeaderLines; lines++) {
    const numeric = numericColumns(rows.slice(lines + 1), marks)
    const said = numeric.map((column) => rows[lines]?.[column] ?? '').filter((cell) => cell !== '')
    if (said.length < Math.max(2, numeric.length / 2)) break
    if (said.some((cell) => isMissing(cell) || isNumber(cell, marks))) break
  }
  // pandas ends a header of several lines with the name of the index alone.
  const next = rows[lines] ?? []
  const isNamed = next.length > 2 && next[0] !== '' && usedCells(next) === 1 && lines > 1
  return isNamed && !isAnyNumber(next[0]!) ? lines + 1 : lines
}

const isNumber = (cell: string, marks: NumberMarks) =>
  Number.isFinite(numberIn(cell, marks)) || measuredIn(cell, marks) !== null

/** Columns in which nearly every known cell is a number. */
function numericColumns(rows: readonly (readonly string[])[], marks: NumberMarks): number[] {
  const width = rows.reduce((most, cells) => Math.max(most, cells.length), 0)
  return Array.from({ length: width }, (_, column) => column).filter((column) => {
    const known = rows.map((cells) => cells[column] ?? '').filter((cell) => !isMissing(cell))
    return known.length > 2 && known.filter((cell) => isNumber(cell, marks)).length > 0.9 * known.length
  })
}

/** One name of the lines of a header: a group that is said once holds for the columns without one after it. */
export function joinedHeader(lines: readonly (readonly string[])[], width: number): string[] {
  const filled = lines.map((cells, line) => {
    if (line === lines.length - 1) return cells
    let group = ''
    return Array.from({ length: width }, (_, column) => (group = cells[column] || group))
  })
  return Array.from({ length: width }, (_, column) => {
    const last = lines.at(-1)![column] ?? ''
    // A group that goes on belongs only to columns which have a name of their own.
    const parts = filled.map((cells, line) => {
      const own = lines[line]![column] ?? ''
      return line === lines.length - 1 || own !== '' || last !== '' ? (cells[column] ?? '') : ''
    })
    return parts.filter((part, at) => part !== '' && part !== parts[at - 1]).join(' ')
  })
}
