import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { Dialect } from '../../../shared/tables'
import { openRegular } from '../../store/regularFile'
import { isMissing, marksOf, numberIn } from './cells'
import { bytesAsText, cellSpans, cellsOfRecord, isUtf8, readable, RecordSplitter } from './records'

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
  /** Whether texts are UTF-8; else they are of the code page of Windows. */
  readonly isUtf8: boolean
}

const sniffedBytes = 1 << 18
const mostSampled = 500

/** @throws ExpectedError when there is no such file, or it is no table of text */
export async function sniffDialect(path: string): Promise<SniffedDialect> {
  const lines = await firstRecords(path)
  const comments = lines.filter((line) => isComment(line)).map((line) => line.replace(/^#+\s*/, ''))
  const records = lines.filter((line) => !isComment(line))
  if (records.length === 0) throw notATable(path, 'it is empty')
  const { delimiter, width } = delimiterOf(records)
  const rows = records.map((record) => cellsOfRecord(record, delimiter))
  const marks = marksOf(rows.slice(1).flat(), delimiter)
  const quoted = records.some((record) => record.includes('"'))
  const last = comments.at(-1)
  const told = last === undefined ? [] : cellsOfRecord(last, delimiter)
  const commented = told.length === width && !told.some((cell) => Number.isFinite(numberIn(cell, marks)))
  const shifted = rows.length > 1 && rows[0]!.length === width - 1 && !rows[0]!.some(isMissing)
  const names = commented ? told : shifted ? ['', ...rows[0]!] : rows[0]!
  const header = commented || shifted || isHeader(names, rows.slice(1), marks)
  return {
    dialect: { delimiter, ...marks, header, quoted },
    header: header ? names.map((name) => readable(name).trim()) : null,
    ...{ width, shifted, commented, isUtf8: isUtf8(lines.join('\n')) },
  }
}

export const isComment = (record: string): boolean => /^#(?!N\/?A\b)/i.test(record)

async function firstRecords(path: string): Promise<string[]> {
  const file = await openRegular(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffedBytes), 0, sniffedBytes, 0)
    const bytes = buffer.subarray(0, bytesRead)
    if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
      throw notATable(path, 'it is UTF-16. Save it as UTF-8, which spreadsheets call CSV UTF-8')
    if (bytes.includes(0)) throw notATable(path, 'it is no text')
    const lines: string[] = []
    const splitter = new RecordSplitter(({ text }) => {
      if (text.trim() !== '' && lines.length < mostSampled) lines.push(text)
    })
    splitter.push(withoutMark(bytes.toString(bytesAsText)))
    // The last line may be cut off where the file goes on.
    if (bytesRead < sniffedBytes || lines.length === 0) splitter.end()
    return lines
  } finally {
    await file.close()
  }
}

/** The mark of UTF-8 at the beginning, as Latin-1 shows it. */
export const withoutMark = (text: string): string =>
  text.startsWith('\u00ef\u00bb\u00bf') ? text.slice(3) : text

const notATable = (path: string, why: string) =>
  new ExpectedError('bad-input', sentence('tables.cannotReadTable', { path, why }))

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
  const isNumber = (cell: string | undefined) => cell !== undefined && Number.isFinite(numberIn(cell, marks))
  const numbers = first.filter(isNumber).length
  if (numbers > 0) return isCounting(first)
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
