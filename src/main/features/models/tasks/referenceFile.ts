import { ExpectedError } from '../../../../shared/errors'
import { unzip } from '../../../engine/files/zip'
import { decodeNpy, type NpyArray } from '../../../store/npy'
import { sentence } from '../../../../shared/texts/sentence'

/** Pairs of names that what goes in and what comes out have in a .npz file. */
const pairs = [
  ['x', 'y'],
  ['input', 'output'],
  ['inputs', 'outputs'],
  ['x', 'output'],
  ['arr_0', 'arr_1'],
] as const
const most = 1_000_000_000

/**
 * Images and what a program makes of them, out of a file that numpy.savez wrote.
 * @throws ExpectedError when it is none, or holds no such pair
 */
export function decodePair(bytes: Uint8Array, file: string): { given: NpyArray; made: NpyArray } {
  const names = [...new Set(pairs.flat())].map((name) => `${name}.npy`)
  let arrays: ReadonlyMap<string, Uint8Array>
  try {
    arrays = unzip(bytes, Object.fromEntries(names.map((name) => [name, most])))
  } catch (error) {
    throw new ExpectedError(
      'bad-input',
      sentence('importing.notNpz', { file, what: (error as Error).message }),
      { cause: error },
    )
  }
  for (const [given, made] of pairs) {
    const [x, y] = [arrays.get(`${given}.npy`), arrays.get(`${made}.npy`)]
    if (x && y)
      return { given: decodeNpy(x, `${given} in ${file}`), made: decodeNpy(y, `${made} in ${file}`) }
  }
  throw new ExpectedError('bad-input', sentence('importing.noPairInNpz', { file }))
}
