import { extname } from 'node:path'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { FileReplacement } from './atomicWrite'
import { readCodesCsv } from './csv'
import { npyHeader, readNpy } from './npy'

/** Kinds of files that hold latent codes, by their extension. */
export const codeFormats = ['csv', 'npy'] as const
export type CodeFormat = (typeof codeFormats)[number]

/** Latent codes, count × dimensions, all finite. */
export interface Codes {
  readonly count: number
  readonly dimensions: number
  readonly values: Float32Array
  /** Of the images they come from, where the file tells. */
  readonly paths: readonly string[] | null
}

/** @throws ExpectedError `bad-usage` for another extension */
export function codeFormatOf(path: string): CodeFormat {
  const extension = extname(path).slice(1).toLowerCase()
  const format = codeFormats.find((known) => known === extension)
  if (format) return format
  throw new ExpectedError('bad-usage', sentence('store.endCsvOrNpy', { path }))
}

/** Writes count × dimensions float32 codes batch by batch. @throws ExpectedError when the file cannot be written */
export async function writeCodesNpy(
  path: string,
  [count, dimensions]: readonly [number, number],
  batches: AsyncIterable<{ codes: Float32Array }>,
): Promise<void> {
  const file = await FileReplacement.open(path)
  try {
    await file.write(npyHeader('<f4', [count, dimensions]))
    for await (const { codes } of batches)
      await file.write(new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength))
    await file.commit()
  } catch (error) {
    await file.abort()
    throw error
  }
}

/** @throws ExpectedError when the file cannot be read, is no table of numbers, or one of them is not finite */
export async function readCodes(path: string): Promise<Codes> {
  const codes = codeFormatOf(path) === 'csv' ? await readTable(path) : await readArray(path)
  const wrong = codes.values.findIndex((value) => !Number.isFinite(value))
  if (wrong < 0) return codes
  const [row, column] = [Math.floor(wrong / codes.dimensions), wrong % codes.dimensions]
  throw new ExpectedError(
    'bad-input',
    sentence('store.codeDimensionWhereFinite', {
      path,
      row: row + 1,
      codes: String(codes.values[wrong]),
      column,
    }),
  )
}

async function readTable(path: string): Promise<Codes> {
  const { codes, ...table } = await readCodesCsv(path)
  return { ...table, values: codes }
}

/** One code may come as an array of one axis. */
async function readArray(path: string): Promise<Codes> {
  const { shape, data } = await readNpy(path)
  const [count, dimensions] = shape.length === 1 ? [1, shape[0]!] : shape
  if (shape.length < 1 || shape.length > 2 || data.length === 0)
    throw new ExpectedError(
      'bad-input',
      sentence('store.holdsArrayShapeWhich', { path, shape: shape.join(', ') }),
    )
  return { count: count!, dimensions: dimensions!, values: Float32Array.from(data), paths: null }
}
