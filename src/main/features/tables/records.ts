import { decodeText } from '../../store/decodeText'
import { explainFileError } from '../../store/fileErrors'
import { openRegular } from '../../store/regularFile'

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
export const readable = (text: string): string => decodeText(Buffer.from(text, bytesAsText))

/** Whether bytes that were taken as Latin-1 are UTF-8. */
export const isUtf8 = (text: string): boolean => {
  const bytes = Buffer.from(text, bytesAsText)
  return !bytes.toString('utf8').includes('\ufffd')
}

/** A text as the bytes of a file say it. */
export const asBytes = (text: string, inUtf8: boolean): string =>
  inUtf8 || [...text].some((sign) => sign.codePointAt(0)! > 0xff)
    ? Buffer.from(text, 'utf8').toString(bytesAsText)
    : text

const isSpace = (text: string, at: number) => text[at] === ' ' || text[at] === '\t'

/** Cells of a record. @param delimiter one character; a space is any run of spaces and tabs */
export function cellSpans(record: string, delimiter: string): CellSpan[] {
  const spans: CellSpan[] = []
  const inRuns = delimiter === ' '
  let at = 0
  if (inRuns) while (isSpace(record, at)) at++
  for (;;) {
    const { span, next } = cellAt(record, at, delimiter)
    spans.push(span)
    if (next >= record.length) {
      const endsOpen = next === record.length && record[next - 1] === delimiter && span.end < next
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
      next: next + 1,
    }
  }
  let end = start
  while (end < record.length && !endsCell(record, end, delimiter)) end++
  const next = end + 1
  while (end > start && isSpace(record, end - 1)) end--
  return { span: { start, end, quoted: false }, next }
}

const endsCell = (record: string, at: number, delimiter: string) =>
  record[at] === delimiter || (delimiter === ' ' && record[at] === '\t')

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

const quotes = (text: string) => {
  let count = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++
  return count
}

/** Puts chunks of text together to records: a line, or several where a quoted cell has breaks in it. */
export class RecordSplitter {
  private rest = ''
  private open = ''
  private line = 1
  private openLine = 1

  constructor(private readonly visit: (record: TextRecord) => void) {}

  push(chunk: string): void {
    const text = this.rest + chunk
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.addLine(text.slice(from, at), '\n')
      from = at + 1
    }
    this.rest = text.slice(from)
  }

  end(): void {
    if (this.rest !== '') this.addLine(this.rest, '')
    if (this.open !== '') this.visit({ text: this.open, ending: '', line: this.openLine })
    this.rest = this.open = ''
  }

  private addLine(line: string, ending: string): void {
    if (this.open === '') this.openLine = this.line
    this.line++
    const whole = this.open + line
    if (whole.includes('"') && quotes(whole) % 2 === 1) {
      this.open = whole + ending
      return
    }
    this.open = ''
    const cut = whole.endsWith('\r')
    this.visit({
      text: cut ? whole.slice(0, -1) : whole,
      ending: cut ? `\r${ending}` : ending,
      line: this.openLine,
    })
  }
}

export interface RecordOptions {
  readonly signal?: AbortSignal
  /** Bytes of the file. */
  readonly onProgress?: (done: number, total: number) => void
  /** Between two chunks, for what has to wait. */
  readonly onChunk?: () => Promise<void>
}

/** All records of a file, with empty lines, in order. @throws ExpectedError when it cannot be read */
export async function eachRecord(
  path: string,
  visit: (record: TextRecord) => void,
  { signal, onProgress, onChunk }: RecordOptions = {},
): Promise<void> {
  const file = await openRegular(path)
  try {
    const { size } = await file.stat()
    const splitter = new RecordSplitter(visit)
    const stream = file.createReadStream({
      start: 0,
      autoClose: false,
      encoding: bytesAsText,
      highWaterMark: 1 << 20,
    })
    let done = 0
    for await (const chunk of stream as AsyncIterable<string>) {
      signal?.throwIfAborted()
      splitter.push(chunk)
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
