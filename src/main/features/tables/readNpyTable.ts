import { getFloat16 } from '@petamoriken/float16'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { npyLayout } from '../../store/npy'
import { readRegular } from '../../store/regularFile'
import { CollectedColumn } from './collectColumn'
import { mostCells, type ReadTable, tooLarge } from './tableInMemory'

type Read = (view: DataView, at: number, little: boolean) => number

/** Kinds of numbers that NumPy stores, by their letter and bytes. */
const kinds: Record<string, Read> = {
  f2: (view, at, little) => getFloat16(view, at, little),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  b1: (view, at) => view.getUint8(at),
}

/** An array of two axes, rows × columns, NaN for what is missing. @throws ExpectedError */
export async function readNpyTable(path: string): Promise<ReadTable> {
  const bytes = await readRegular(path)
  const { start, format, fortran, shape } = npyLayout(bytes, path)
  const [order, kind] = [format[0], format.slice(1)]
  const read = kinds[kind]
  if (!read) throw new ExpectedError('unsupported', sentence('tables.npyKind', { path, kind: format }))
  if (shape.length !== 2)
    throw new ExpectedError('bad-input', sentence('tables.npyShape', { path, shape: shape.join(' × ') }))
  const [rows, width] = shape as [number, number]
  const size = Number(kind.slice(1))
  if (rows * width > mostCells) throw tooLarge(path)
  if (rows * width === 0) throw new ExpectedError('bad-input', sentence('tables.noRows', { path }))
  if (bytes.length - start < rows * width * size)
    throw new ExpectedError('bad-input', sentence('tables.npyShort', { path }))
  const view = new DataView(bytes.buffer, bytes.byteOffset + start)
  const columns = Array.from({ length: width }, (_, c) => {
    const column = new CollectedColumn(`column ${c + 1}`)
    for (let row = 0; row < rows; row++) {
      const place = fortran ? c * rows + row : row * width + c
      column.pushNumber(read(view, place * size, order !== '>'))
    }
    return column
  })
  return { source: { file: path, format: 'npy', dialect: null, width, named: false }, rows, columns }
}
