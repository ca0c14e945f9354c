import { extname } from 'node:path'
import { ExpectedError } from '../../shared/errors'
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
  throw new ExpectedError(
    'bad-usage',
    `${path} has to end in .csv or .npy: codes are kept as a table or as a NumPy array.`,
  )
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
    `${path}: code ${row + 1} has ${codes.values[wrong]} in dimension ${column}, where a finite number belongs. Mend it or leave that code out.`,
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
      `${path} holds an array of shape (${shape.join(', ')}), which is not codes: those have two axes, codes × dimensions.`,
    )
  return { count: count!, dimensions: dimensions!, values: Float32Array.from(data), paths: null }
}
