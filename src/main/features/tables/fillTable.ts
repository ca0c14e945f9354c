import { setFloat16 } from '@petamoriken/float16'
import { basename, dirname, extname, resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { TableColumn, TableInfo } from '../../../shared/tables'
import { FileReplacement, writeFileAtomic } from '../../store/atomicWrite'
import { npyLayout } from '../../store/npy'
import { checkNames } from '../../store/outputFolder'
import { readRegular } from '../../store/regularFile'
import { isMissing } from '../../store/cellText'
import { boundedValue, type Filling } from './filling'
import { matchTable } from './matchTable'
import { rowTest, shapeOf } from './readTable'
import {
  asBytes,
  bytesAsText,
  type CellSpan,
  cellSpans,
  cellText,
  eachRecord,
  withoutMark,
} from '../../store/textRecords'
import { inEncoding } from '../../store/textEncoding'
import { type SniffedDialect, sniffDialect } from './sniffDialect'
import { readTrainedTable } from './tableFiles'
import { writeFilledParquet } from './writeFilledParquet'
import type { TableWork } from './useTable'

export interface FillRequest {
  readonly model: string
  readonly file: string
  readonly out: string
  readonly overwrite: boolean
  /** Whether columns of whole numbers get whole numbers. */
  readonly rounded: boolean
}

export interface FilledTable {
  readonly rows: number
  /** Cells that were filled in, by column. */
  readonly filled: readonly { readonly name: string; readonly count: number }[]
  readonly absent: readonly string[]
}

/** Fills in what is missing; everything else stays byte for byte as it was. @throws ExpectedError */
export async function fillTable(
  { model, file, out, overwrite, rounded }: FillRequest,
  { client, signal }: TableWork,
): Promise<FilledTable> {
  const [folder, from, path] = [resolve(model), resolve(file), resolve(out)]
  if (from === path) throw new ExpectedError('bad-usage', sentence('tables.fillOntoItself', { path: file }))
  const info = await readTrainedTable(folder)
  const { read, values, places, absent } = await matchTable(from, info, { ...(signal && { signal }) })
  checkEnding(read.source.format, out)
  await checkNames(dirname(path), [basename(path)], { overwrite })
  const { output } = await client.call('completeTable', { folder, values }, { signal })
  const counts = info.columns.map(() => 0)
  const filling: Filling = { columns: info.columns, places, output, rounded, counts }
  if (read.source.format === 'text') await fillText(from, path, read.rows, filling)
  else if (read.source.format === 'npy') await fillNpy(from, path, filling)
  else await writeFilledParquet(path, read, filling)
  return { rows: read.rows, filled: namedCounts(info, counts), absent }
}

const namedCounts = ({ columns }: TableInfo, counts: readonly number[]) =>
  columns.flatMap(({ name }, c) => (counts[c]! > 0 ? [{ name, count: counts[c]! }] : []))

function checkEnding(format: 'text' | 'parquet' | 'npy', out: string): void {
  const ending = extname(out).toLowerCase()
  const fits = {
    text: !['.npy', '.parquet', '.pq'].includes(ending),
    npy: ending === '.npy',
    parquet: ['.parquet', '.pq'].includes(ending),
  }
  if (fits[format]) return
  const endings = { text: '.csv or .tsv', npy: '.npy', parquet: '.parquet' }[format]
  throw new ExpectedError('bad-usage', sentence('tables.fillSameFormat', { format, endings }))
}

/** @param rows below which there are only sums and notes */
async function fillText(from: string, to: string, rows: number, filling: Filling): Promise<void> {
  const sniffed = await sniffDialect(from)
  const isRow = rowTest(sniffed)
  const file = await FileReplacement.open(to)
  let [pending, row] = ['', 0]
  const flush = async () => {
    if (pending === '') return
    await file.write(inEncoding(Buffer.from(pending, bytesAsText), sniffed.encoding))
    pending = ''
  }
  try {
    await eachRecord(
      from,
      ({ text, ending }) => {
        const made = isRow(text) && row < rows ? filledRecord(text, row, sniffed, filling) : null
        if (made !== null) row++
        pending += (made ?? text) + ending
      },
      { onChunk: flush, delimiter: sniffed.dialect.delimiter },
    )
    await flush()
    await file.commit()
  } catch (error) {
    await file.abort()
    throw error
  }
}

/** A record with its gaps filled, null where it is no row. */
function filledRecord(record: string, row: number, sniffed: SniffedDialect, filling: Filling): string | null {
  const { columns, places, output, counts } = filling
  const { delimiter } = sniffed.dialect
  const mark = record.length - withoutMark(record).length
  const read = record.slice(mark)
  const found = cellSpans(read, delimiter)
  const shape = shapeOf(
    found.map((span) => cellText(read, span)),
    sniffed.width,
  )
  if (shape !== 'row') return null
  const body = read + cellsAtEnd(found.length, sniffed, filling)
  const spans = body === read ? found : cellSpans(body, delimiter)
  const edits: { span: CellSpan; text: string }[] = []
  columns.forEach((column, c) => {
    const place = places[c]
    const span = place === null || place === undefined ? undefined : spans[place]
    if (!span || !isMissing(cellText(body, span))) return
    counts[c]!++
    const number = cellFor(column, output[row * columns.length + c]!, sniffed, filling.rounded)
    const text = withUnit(number, column, sniffed)
    const needsQuotes = !span.quoted && (text.includes(delimiter) || text.includes('"'))
    edits.push({ span, text: needsQuotes ? `"${text.replaceAll('"', '""')}"` : text })
  })
  edits.sort((a, b) => a.span.start - b.span.start)
  let [made, at] = [record.slice(0, mark), 0]
  for (const { span, text } of edits) {
    made += body.slice(at, span.start) + text
    at = span.end
  }
  return made + body.slice(at)
}

/** Empty cells for the columns that a row lacks at its end, where the model fills one of them. Between spaces NA stands for them. */
function cellsAtEnd(count: number, { dialect, width }: SniffedDialect, { places }: Filling): string {
  const last = Math.max(...places.map((place) => place ?? -1))
  if (count >= width || last < count) return ''
  return (dialect.delimiter === ' ' ? ' NA' : dialect.delimiter).repeat(width - count)
}

/** Below zero the sign comes first: -$3.50. */
function withUnit(number: string, { unit }: TableColumn, { isUtf8 }: SniffedDialect): string {
  if (!unit) return number
  const sign = number.startsWith('-') ? '-' : ''
  return sign + asBytes(unit.before, isUtf8) + number.slice(sign.length) + asBytes(unit.after, isUtf8)
}

/** A value as its column writes such. */
function cellFor(
  column: TableColumn,
  value: number,
  { dialect: { decimal, grouped }, isUtf8 }: SniffedDialect,
  rounded: boolean,
): string {
  if (column.kind === 'category') return asBytes(column.values[value]?.name ?? '', isUtf8)
  const made = boundedValue(column, value)
  const inGroups = (digits: string) =>
    grouped ? digits.replace(/\B(?=(\d{3})+$)/g, () => (decimal === ',' ? '.' : ',')) : digits
  if (column.kind === 'whole' && rounded) return inGroups(String(Math.round(made)))
  const text = column.exponents ? String(Number(made.toPrecision(6))) : made.toFixed(digitsOf(column))
  const [whole, rest] = text.split('.') as [string, string | undefined]
  return rest === undefined ? inGroups(whole) : `${inGroups(whole)}${decimal}${rest}`
}

/** As many digits as the column has, or as a fiftieth of its standard deviation needs. */
const digitsOf = ({ decimals, deviation }: TableColumn): number =>
  Math.min(15, Math.max(decimals, Math.ceil(-Math.log10(deviation / 50))))

/** The same bytes with other numbers where there was none. */
async function fillNpy(
  from: string,
  to: string,
  { columns, places, output, rounded, counts }: Filling,
): Promise<void> {
  const bytes = Uint8Array.from(await readRegular(from))
  const { start, format, fortran, shape } = npyLayout(bytes, from)
  const [rows, width] = shape as [number, number]
  const size = Number(format.slice(2))
  const view = new DataView(bytes.buffer, bytes.byteOffset + start)
  const little = format[0] !== '>'
  const write: Record<string, (at: number, value: number) => void> = {
    f2: (at, value) => setFloat16(view, at, value, little),
    f4: (at, value) => view.setFloat32(at, value, little),
    f8: (at, value) => view.setFloat64(at, value, little),
  }
  const read: Record<string, (at: number) => boolean> = {
    f2: (at) => (view.getUint16(at, little) & 0x7c00) === 0x7c00,
    f4: (at) => !Number.isFinite(view.getFloat32(at, little)),
    f8: (at) => !Number.isFinite(view.getFloat64(at, little)),
  }
  const kind = format.slice(1)
  // Whole numbers are never missing.
  if (write[kind])
    columns.forEach((column, c) => {
      for (let row = 0; row < rows; row++) {
        const at = size * (fortran ? places[c]! * rows + row : row * width + places[c]!)
        if (!read[kind]!(at)) continue
        const made = boundedValue(column, output[row * columns.length + c]!)
        write[kind]!(at, column.kind === 'whole' && rounded ? Math.round(made) : made)
        counts[c]!++
      }
    })
  await writeFileAtomic(to, bytes)
}
