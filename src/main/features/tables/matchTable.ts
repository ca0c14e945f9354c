import { resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { TableInfo } from '../../../shared/tables'
import type { CollectedColumn } from './collectColumn'
import { valuesOf } from './describeColumns'
import { readTable } from './readTable'
import type { RecordOptions } from '../../store/textRecords'
import type { ReadTable } from './tableInMemory'

/** A table as a model sees it. */
export interface MatchedTable {
  readonly read: ReadTable
  /** rows × columns of the model. */
  readonly values: Float64Array
  /** Of each column of the model its place in the file; null where the file lacks it. */
  readonly places: readonly (number | null)[]
  readonly absent: readonly string[]
  /** What the file calls its rows, where it has a column for that; else null. */
  readonly rowNames: readonly string[] | null
}

/**
 * Finds the columns of a model in another file: by their names, or where there are none by their places. What the file lacks counts
 * as missing. @throws ExpectedError
 */
export async function matchTable(
  file: string,
  info: TableInfo,
  options: RecordOptions,
): Promise<MatchedTable> {
  const read = await readTable(resolve(file), options)
  const { columns, source, rows } = read
  const names = columns.map(({ name }) => name)
  const isNamed = source.named && info.source.named
  if (!isNamed && source.width !== info.source.width)
    throw new ExpectedError(
      'bad-input',
      sentence('tables.otherWidth', { path: source.file, found: source.width, width: info.source.width }),
    )
  const places = info.columns.map(({ name, place }) => {
    if (!isNamed) return place
    const found = names.indexOf(name)
    return found < 0 ? null : found
  })
  const absent = info.columns.filter((_, c) => places[c] === null).map(({ name }) => name)
  if (absent.length === info.columns.length)
    throw new ExpectedError(
      'bad-input',
      sentence('tables.noSuchColumns', { path: source.file, names: absent.slice(0, 4).join(', ') }),
    )
  const from = places.map((place) => (place === null ? null : columns[place]!))
  return {
    read,
    values: valuesOf(info.columns, from, rows),
    places,
    absent,
    rowNames: namesOfRows(info, columns),
  }
}

function namesOfRows(info: TableInfo, columns: readonly CollectedColumn[]): string[] | null {
  const index = info.leftOut.find(({ reason }) => reason === 'index')
  const column = index && columns.find((one) => one.name === index.name)
  return column ? Array.from({ length: column.length }, (_, row) => column.text(row) ?? '') : null
}
