import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { FileReplacement } from './atomicWrite'
import { explainFileError } from './fileErrors'
import { openRegular } from './regularFile'

/** Codes of some images: `codes` is items × dimensions. */
export type CodeBatch = { items: { path: string; label: string | null }[]; codes: Float32Array }

/** `codes` is count × dimensions. `paths` and `labels` are null where the file has no such column. */
export type CodeTable = {
  count: number
  dimensions: number
  codes: Float32Array
  paths: string[] | null
  labels: string[] | null
}

/**
 * Writes codes as CSV (RFC 4180): the header `path,label,z0,z1,…`, or other `names`, one line an image, numbers with as many digits as
 * bring the same float32 back. Only one batch is in memory at a time, and the file appears when it is whole.
 *
 * @throws ExpectedError when the file cannot be written
 */
export async function writeCodesCsv(
  path: string,
  dimensions: number,
  batches: Iterable<CodeBatch> | AsyncIterable<CodeBatch>,
  names: readonly string[] = Array.from({ length: dimensions }, (_, i) => `z${i}`),
): Promise<void> {
  const file = await FileReplacement.open(path)
  try {
    await file.write(`${['path', 'label', ...names].join(',')}\r\n`)
    for await (const { items, codes } of batches) {
      const lines = items.map(({ path: image, label }, i) => {
        const code = codes.subarray(i * dimensions, (i + 1) * dimensions)
        return `${quoted(image)},${quoted(label ?? '')},${Array.from(code, shortest).join(',')}\r\n`
      })
      await file.write(lines.join(''))
    }
    await file.commit()
  } catch (error) {
    await file.abort()
    throw error
  }
}

/** Writes `path,label`, one line an image: what an array of codes cannot hold. @throws ExpectedError */
export async function writeItemsCsv(
  path: string,
  items: AsyncIterable<CodeBatch['items'][number]>,
): Promise<void> {
  const file = await FileReplacement.open(path)
  try {
    let lines = 'path,label\r\n'
    for await (const { path: image, label } of items) {
      lines += `${quoted(image)},${quoted(label ?? '')}\r\n`
      if (lines.length < 1 << 16) continue
      await file.write(lines)
      lines = ''
    }
    await file.write(lines)
    await file.commit()
  } catch (error) {
    await file.abort()
    throw error
  }
}

/**
 * Reads codes: what `writeCodesCsv` writes, the same without the columns `path` and `label`, or numbers alone without
 * a header. A first line that ends in something other than a number is a header. What spreadsheets write where the decimal
 * mark is a comma is read as well, with semicolons between; and of tables of pandas the index, which has no name, is no
 * part of a code.
 *
 * @throws ExpectedError when the file cannot be read or a value is not a number, with the line
 */
export async function readCodesCsv(path: string): Promise<CodeTable> {
  const file = await openRegular(path)
  const table = new TableReader(path)
  /** What is thrown while records are read tears down the pipeline, which then says only that it was aborted. */
  let wrong: unknown
  try {
    const delimiter = await delimiterOf(file)
    const records = async (parsed: AsyncIterable<unknown>) => {
      try {
        for await (const { record, info } of parsed as AsyncIterable<ParsedRecord>)
          table.read(record, info.lines)
      } catch (error) {
        wrong ??= error
        throw error
      }
    }
    table.decimalMark = delimiter === ';' ? ',' : '.'
    const parser = parse({ bom: true, info: true, skip_empty_lines: true, delimiter })
    await pipeline(file.createReadStream({ start: 0, autoClose: false }), parser, records)
  } catch (error) {
    const first = wrong ?? error
    if (first instanceof CsvError) throw unsound(path, first.message)
    throw explainFileError(first, path)
  } finally {
    await file.close()
  }
  return table.finish()
}

interface ParsedRecord {
  readonly record: string[]
  readonly info: { readonly lines: number }
}

/** A semicolon, where the first line has one outside of quotes and no comma there comes before it; else a comma. */
async function delimiterOf(file: FileHandle): Promise<',' | ';'> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1 << 16), 0, 1 << 16, 0)
  const [line = ''] = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1)
  const bare = line.replace(/"[^"]*"/g, '')
  if (!bare.includes(';')) return ','
  // 0,5;1,25 is two numbers whose decimal mark is a comma.
  return bare.split(';').every((cell) => (cell.match(/,/g)?.length ?? 0) <= 1) ? ';' : ','
}

/** Collects rows; knows which column means what after the first of them. */
class TableReader {
  decimalMark: '.' | ',' = '.'
  private columns: { path: number; label: number; values: number[] } | null = null
  private codes = new Float32Array(1024)
  private length = 0
  private readonly paths: string[] = []
  private readonly labels: string[] = []

  constructor(private readonly file: string) {}

  /** @param line where the record ends, counted from 1 */
  read(record: string[], line: number): void {
    if (!this.columns) {
      const isHeader = record[0] === '' || Number.isNaN(this.toNumber(record.at(-1)!))
      const header = isHeader ? record.map((name) => name.trim().toLowerCase()) : []
      const [path, label] = [header.indexOf('path'), header.indexOf('label')]
      // A first column without a name is the index that pandas writes.
      const index = header[0] === '' || header[0] === 'unnamed: 0' ? 0 : -1
      const values = Array.from(record.keys()).filter((i) => i !== path && i !== label && i !== index)
      this.columns = { path, label, values }
      if (header.length > 0) return
    }
    const { path, label, values } = this.columns
    this.reserve(values.length)
    for (const column of values) this.codes[this.length++] = this.value(record[column]!, line)
    if (path >= 0) this.paths.push(unguarded(record[path]!))
    if (label >= 0) this.labels.push(unguarded(record[label]!))
  }

  finish(): CodeTable {
    const dimensions = this.columns?.values.length ?? 0
    if (this.length === 0) throw unsound(this.file, 'it holds no codes')
    return {
      count: this.length / dimensions,
      dimensions,
      codes: this.codes.slice(0, this.length),
      paths: this.columns!.path >= 0 ? this.paths : null,
      labels: this.columns!.label >= 0 ? this.labels : null,
    }
  }

  private value(text: string, line: number): number {
    const value = this.toNumber(text)
    if (Number.isNaN(value)) throw unsound(this.file, `line ${line} has "${text}" where a number belongs`)
    return value
  }

  /** NaN for all that is not a finite number. */
  private toNumber(text: string): number {
    const written = this.decimalMark === '.' ? text : text.replace(',', '.')
    const value = text.trim() === '' ? NaN : Number(written)
    return Number.isFinite(value) ? value : NaN
  }

  private reserve(more: number): void {
    if (this.length + more <= this.codes.length) return
    const larger = new Float32Array(Math.max(this.codes.length * 2, this.length + more))
    larger.set(this.codes)
    this.codes = larger
  }
}

/** Seven significant digits bring most float32 back, nine all of them. */
function shortest(value: number): string {
  const short = Number(value.toPrecision(7))
  return String(Math.fround(short) === value ? short : Number(value.toPrecision(9)))
}

/**
 * A cell that begins like a formula is one for a spreadsheet, and folders and files may come from anybody: an apostrophe
 * makes it a text (OWASP, CSV injection). One that is there already gets another, so that `unguarded` gives back what was.
 */
export const guarded = (text: string): string => (/^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text)

const unguarded = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)

/** One line of a CSV file (RFC 4180). Texts that a spreadsheet would take for formulas are guarded. */
export const csvLine = (cells: readonly (string | number)[]): string =>
  `${cells.map((cell) => (typeof cell === 'number' ? String(cell) : quoted(cell))).join(',')}\r\n`

export function quoted(text: string): string {
  const cell = guarded(text)
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

function unsound(file: string, what: string): ExpectedError {
  return new ExpectedError('bad-input', sentence('store.cannotReadCodesWrite', { file, what }))
}
