import { type AsyncBuffer, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { explainFileError } from '../../store/fileErrors'
import { openRegular } from '../../store/regularFile'
import { CollectedColumn } from './collectColumn'
import { parquetCompressors } from './parquetCompressors'
import { mostCells, type ReadTable, tooLarge } from './tableInMemory'

/** @throws ExpectedError for a file that is damaged, or holds no plain columns */
export async function readParquetTable(path: string): Promise<ReadTable> {
  const handle = await openRegular(path)
  try {
    const { size } = await handle.stat()
    const file: AsyncBuffer = {
      byteLength: size,
      slice: async (start, end = size) => {
        const bytes = Buffer.alloc(end - start)
        await handle.read(bytes, 0, bytes.length, start)
        return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
      },
    }
    return await readColumns(path, file)
  } catch (error) {
    if (error instanceof ExpectedError) throw error
    if ((error as NodeJS.ErrnoException).code) throw explainFileError(error, path)
    throw new ExpectedError(
      'bad-input',
      sentence('tables.parquetDamaged', { path, why: (error as Error).message }),
      { cause: error },
    )
  } finally {
    await handle.close()
  }
}

async function readColumns(path: string, file: AsyncBuffer): Promise<ReadTable> {
  const metadata = await parquetMetadataAsync(file)
  // The index that pandas writes beside the columns is one of no meaning.
  const plain = parquetSchema(metadata).children.filter(({ children }) => children.length === 0)
  const names = plain.map(({ element }) => element.name)
  const rows = Number(metadata.num_rows)
  if (names.length === 0 || rows === 0)
    throw new ExpectedError('bad-input', sentence('tables.noRows', { path }))
  if (rows * names.length > mostCells) throw tooLarge(path)
  const columns: CollectedColumn[] = []
  for (const name of names) {
    const column = new CollectedColumn(name === '__index_level_0__' ? 'index' : name)
    await parquetRead({
      file,
      metadata,
      compressors: parquetCompressors,
      columns: [name],
      onComplete: (read) => read.forEach((row) => push(column, row[0])),
    })
    columns.push(column)
  }
  const source = { file: path, format: 'parquet', dialect: null, width: names.length, named: true } as const
  return { source, rows, columns }
}

function push(column: CollectedColumn, value: unknown): void {
  if (typeof value === 'number') column.pushNumber(value)
  else if (typeof value === 'bigint') column.pushNumber(Number(value))
  else if (typeof value === 'boolean') column.pushNumber(Number(value))
  else if (typeof value === 'string') column.pushText(value)
  else if (value instanceof Date) column.pushText(value.toISOString())
  else if (value === null || value === undefined) column.pushMissing()
  else column.pushText('…')
}
