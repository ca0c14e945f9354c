import { parquetWriteBuffer } from 'hyparquet-writer'
import { writeFileAtomic } from '../../store/atomicWrite'
import { boundedValue, type Filling } from './filling'
import type { ReadTable } from './tableInMemory'

/** All columns of a Parquet file as they are, with numbers where there was none. */
export async function writeFilledParquet(
  to: string,
  { rows, columns: read }: ReadTable,
  { columns, places, output, rounded, counts }: Filling,
): Promise<void> {
  const columnData = read.map((collected, place) => {
    const c = places.indexOf(place)
    const column = c < 0 ? null : columns[c]!
    const data = Array.from({ length: rows }, (_, row) => {
      const text = collected.text(row)
      if (text === null && column) {
        counts[c]!++
        const made = output[row * columns.length + c]!
        if (column.kind === 'category') return column.values[made]?.name ?? null
        const bounded = boundedValue(column, made)
        return column.kind === 'whole' && rounded ? Math.round(bounded) : bounded
      }
      const number = collected.number(row)
      return collected.texts > 0 ? text : text === null ? null : number
    })
    const type = collected.texts > 0 ? ('STRING' as const) : ('DOUBLE' as const)
    return { name: collected.name, data, type }
  })
  await writeFileAtomic(to, new Uint8Array(parquetWriteBuffer({ columnData })))
}
