import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { decodeText, windowsByte } from './decodeText'
import { explainFileError } from './fileErrors'
import { openRegular } from './regularFile'
import { encodingBytes, encodingOf, type TextEncoding, Utf8Bytes } from './textEncoding'

/** Where the content of a cell lies in its record, without quotes and spaces around it. */
export interface CellSpan {
  readonly start: number
  readonly end: number
  readonly quoted: boolean
  /** Whether more follows after the closing quote: then something else is between the cells. */
  readonly isTorn?: boolean
}

/**
 * Text is taken byte by byte (Latin-1), whatever its encoding: marks between cells are single bytes in all of the usual ones,
 * and what is written back is byte for byte what was read.
 */
export const bytesAsText = 'latin1'

/** Names and values as people read them. */
export const readable = (text: string): string =>
  /[\x80-\xff]/.test(text) ? decodeText(Buffer.from(text, bytesAsText)) : text

/** The mark of UTF-8 at the beginning, as Latin-1 shows it. */
export const withoutMark = (text: string): string =>
  text.startsWith('\u00ef\u00bb\u00bf') ? text.slice(3) : text

/** Whether bytes that were taken as Latin-1 are UTF-8. */
export const isUtf8 = (text: string): boolean => {
  const bytes = Buffer.from(text, bytesAsText)
  return !bytes.toString('utf8').includes('\ufffd')
}

/** Whether a record is a remark and no row: #N/A is none. */
export const isComment = (record: string): boolean =>
  commentMark.test(record) && !/^\s*#(N\/?A|REF|NUM|NAME|DIV|VALUE)\b/i.test(record)

/** What remarks of NumPy, of MATLAB and LaTeX, and of programs begin with. */
export const commentMark = /^\s*(#+|%+|\/\/)\s*/

/** A text as the bytes of a file say it. */
export function asBytes(text: string, inUtf8: boolean): string {
  const bytes = inUtf8 ? null : [...text].map(windowsByte)
  return bytes && !bytes.includes(null) ? bytes.join('') : Buffer.from(text, 'utf8').toString(bytesAsText)
}

const isSpace = (text: string, at: number) => text[at] === ' ' || text[at] === '\t'

/** Cells of a record. @param delimiter a space is any run of spaces and tabs */
export function cellSpans(record: string, delimiter: string): CellSpan[] {
  const spans: CellSpan[] = []
  const inRuns = delimiter === ' '
  let at = 0
  if (inRuns) while (isSpace(record, at)) at++
  for (;;) {
    const { span, next } = cellAt(record, at, delimiter)
    spans.push(span)
    if (next >= record.length) {
      const endsOpen = next === record.length && record.endsWith(delimiter) && span.end < next
      if (endsOpen && !inRuns) spans.push({ start: next, end: next, quoted: false })
      return spans
    }
    at = next
    if (!inRuns) continue
    while (isSpace(record, at)) at++
    if (at >= record.length) return spans
  }
}

function cellAt(record: string, from: number, delimiter: string): { span: CellSpan; next: number } {
  let start = from
  if (delimiter !== ' ')
    while (start < record.length && isSpace(record, start) && record[start] !== delimiter) start++
  if (record[start] === '"') {
    let end = start + 1
    while (end < record.length && !(record[end] === '"' && record[end + 1] !== '"'))
      end += record[end] === '"' ? 2 : 1
    let next = end + 1
    while (next < record.length && !endsCell(record, next, delimiter)) next++
    const isTorn = record.slice(end + 1, next).trim() !== ''
    return {
      span: { start: start + 1, end: Math.min(end, record.length), quoted: true, isTorn },
      next: next + delimiter.length,
    }
  }
  let end = start
  while (end < record.length && !endsCell(record, end, delimiter)) end++
  const next = end + delimiter.length
  while (end > start && isSpace(record, end - 1)) end--
  return { span: { start, end, quoted: false }, next }
}

const endsCell = (record: string, at: number, delimiter: string) =>
  record.startsWith(delimiter, at) || (delimiter === ' ' && record[at] === '\t')

export const cellText = (record: string, { start, end, quoted }: CellSpan): string => {
  const text = record.slice(start, end)
  return quoted && text.includes('""') ? text.replaceAll('""', '"') : text
}

export const cellsOfRecord = (record: string, delimiter: string): string[] =>
  record.includes('"') || delimiter === ' '
    ? cellSpans(record, delimiter).map((span) => cellText(record, span))
    : record.split(delimiter).map((cell) => cell.trim())

/** A record with the mark that ends its line, and the line that it begins in, from 1. */
export interface TextRecord {
  readonly text: string
  readonly ending: string
  readonly line: number
}

/** What may be between cells while nobody knows yet. */
const anyDelimiter = [',', ';', '\t', '|', '::']

/** Whether a quote begins a cell. Others are part of a text, such as the inches of a 5" pipe. */
function beginsCell(text: string, at: number, delimiters: readonly string[]): boolean {
  if (delimiters.includes(' ') && isSpace(text, at - 1)) return true
  for (let end = at; ; end--) {
    if (end === 0 || delimiters.some((one) => text.startsWith(one, end - one.length))) return true
    if (!isSpace(text, end - 1)) return false
  }
}

/** Whether a line ends within quotes, so that the next one belongs to the same record. */
function endsInQuotes(text: string, delimiters: readonly string[]): boolean {
  let at = text.indexOf('"')
  while (at >= 0) {
    if (beginsCell(text, at, delimiters)) {
      do {
        at = text.indexOf('"', at + 1)
        if (at < 0) return true
      } while (text[at + 1] === '"' && at++)
    }
    at = text.indexOf('"', at + 1)
  }
  return false
}

/** Puts chunks of text together to records: a line, or several where a quoted cell has breaks in it. */
export class RecordSplitter {
  private rest = ''
  private open = ''
  private line = 1
  private openLine = 1

  constructor(
    private readonly visit: (record: TextRecord) => void,
    private readonly delimiters: readonly string[] = anyDelimiter,
  ) {}

  push(chunk: string): void {
    const text = this.rest + chunk
    let from = 0
    // After \r at the end of a chunk \n may follow.
    for (const { 0: ending, index } of text.matchAll(/\r\n|\n|\r(?!$)/g)) {
      this.addLine(text.slice(from, index), ending)
      from = index + ending.length
    }
    this.rest = text.slice(from)
  }

  end(): void {
    const { rest } = this
    if (rest.endsWith('\r')) this.addLine(rest.slice(0, -1), '\r')
    else if (rest !== '') this.addLine(rest, '')
    if (this.open !== '') this.visit({ text: this.open, ending: '', line: this.openLine })
    this.rest = this.open = ''
  }

  private addLine(line: string, ending: string): void {
    const isOpen = this.open !== ''
    if (!isOpen) this.openLine = this.line
    this.line++
    const text = this.open + line
    if (line.includes('"') ? endsInQuotes(text, this.delimiters) : isOpen) {
      this.open = text + ending
      return
    }
    this.open = ''
    this.visit({ text, ending, line: this.openLine })
  }
}

const sniffedBytes = 1 << 18
const mostSampled = 500

/** The first records of a file, and how it says its signs. */
export interface FirstRecords {
  /** Those that are not empty, without the mark of UTF-8: all of a short file. */
  readonly records: TextRecord[]
  readonly encoding: TextEncoding
}

/** @throws ExpectedError when there is no such file, or it is no text */
export async function firstRecords(path: string): Promise<FirstRecords> {
  const file = await openRegular(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffedBytes), 0, sniffedBytes, 0)
    const read = buffer.subarray(0, bytesRead)
    const encoding = encodingOf(read)
    const bytes = new Utf8Bytes(encoding).push(read)
    if (bytes.includes(0)) throw notATable(path, sentence('tables.isNoText'))
    const records: TextRecord[] = []
    const splitter = new RecordSplitter((record) => {
      if (record.text.trim() !== '' && records.length < mostSampled) records.push(record)
    })
    splitter.push(withoutMark(bytes.toString(bytesAsText)))
    // The last one may be cut off where the file goes on.
    if (bytesRead < sniffedBytes || records.length === 0) splitter.end()
    if (records.length === 0) throw notATable(path, sentence('tables.isEmpty'))
    return { records, encoding }
  } finally {
    await file.close()
  }
}

export const notATable = (path: string, why: string): ExpectedError =>
  new ExpectedError('bad-input', sentence('tables.cannotReadTable', { path, why }))

export interface RecordOptions {
  readonly signal?: AbortSignal
  /** Bytes of the file. */
  readonly onProgress?: (done: number, total: number) => void
  /** Between two chunks, for what has to wait. */
  readonly onChunk?: () => Promise<void>
  /** What is between the cells, where that is known. */
  readonly delimiter?: string
}

/** All records of a file, with empty lines, in order. @throws ExpectedError when it cannot be read */
export async function eachRecord(
  path: string,
  visit: (record: TextRecord) => void,
  { signal, onProgress, onChunk, delimiter }: RecordOptions = {},
): Promise<void> {
  const file = await openRegular(path)
  try {
    const { size } = await file.stat()
    const splitter = new RecordSplitter(visit, delimiter === undefined ? undefined : [delimiter])
    const { buffer, bytesRead } = await file.read(Buffer.alloc(encodingBytes), 0, encodingBytes, 0)
    const inUtf8 = new Utf8Bytes(encodingOf(buffer.subarray(0, bytesRead)))
    const stream = file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 })
    let done = 0
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal?.throwIfAborted()
      splitter.push(inUtf8.push(chunk).toString(bytesAsText))
      done += chunk.length
      onProgress?.(Math.min(done, size), size)
      await onChunk?.()
    }
    splitter.end()
    await onChunk?.()
  } catch (error) {
    throw explainFileError(error, path)
  } finally {
    await file.close()
  }
}
