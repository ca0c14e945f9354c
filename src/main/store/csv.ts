import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import { ExpectedError } from '../../shared/errors'
import { FileReplacement } from './atomicWrite'
import { explainFileError } from './fileErrors'

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
 * a header. A first line that ends in something other than a number is a header.
 *
 * @throws ExpectedError when the file cannot be read or a value is not a number, with the line
 */
export async function readCodesCsv(path: string): Promise<CodeTable> {
  const table = new TableReader(path)
  try {
    await pipeline(
      createReadStream(path),
      parse({ bom: true, info: true, skip_empty_lines: true }),
      async (records) => {
        for await (const { record, info } of records as AsyncIterable<{
          record: string[]
          info: { lines: number }
        }>) {
          table.read(record, info.lines)
        }
      },
    )
  } catch (error) {
    if (error instanceof CsvError) throw unsound(path, error.message)
    throw explainFileError(error, path)
  }
  return table.finish()
}

/** Collects rows; knows which column means what after the first of them. */
class TableReader {
  private columns: { path: number; label: number; values: number[] } | null = null
  private codes = new Float32Array(1024)
  private length = 0
  private readonly paths: string[] = []
  private readonly labels: string[] = []

  constructor(private readonly file: string) {}

  /** @param line where the record ends, counted from 1 */
  read(record: string[], line: number): void {
    if (!this.columns) {
      const header = Number.isNaN(toNumber(record.at(-1)!))
        ? record.map((name) => name.trim().toLowerCase())
        : []
      const [path, label] = [header.indexOf('path'), header.indexOf('label')]
      const values = Array.from(record.keys()).filter((i) => i !== path && i !== label)
      this.columns = { path, label, values }
      if (header.length > 0) return
    }
    const { path, label, values } = this.columns
    this.reserve(values.length)
    for (const column of values) this.codes[this.length++] = this.value(record[column]!, line)
    if (path >= 0) this.paths.push(record[path]!)
    if (label >= 0) this.labels.push(record[label]!)
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
    const value = toNumber(text)
    if (Number.isNaN(value)) throw unsound(this.file, `line ${line} has "${text}" where a number belongs`)
    return value
  }

  private reserve(more: number): void {
    if (this.length + more <= this.codes.length) return
    const larger = new Float32Array(Math.max(this.codes.length * 2, this.length + more))
    larger.set(this.codes)
    this.codes = larger
  }
}

/** NaN for all that is not a finite number. */
function toNumber(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text)
  return Number.isFinite(value) ? value : NaN
}

/** Seven significant digits bring most float32 back, nine all of them. */
function shortest(value: number): string {
  const short = Number(value.toPrecision(7))
  return String(Math.fround(short) === value ? short : Number(value.toPrecision(9)))
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function unsound(file: string, what: string): ExpectedError {
  return new ExpectedError(
    'bad-input',
    `${file} cannot be read as codes: ${what}. Write one code a line, numbers with commas between them, under the header path,label,z0,z1,… or under none.`,
  )
}
