import { basename, dirname, resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { writeCodesCsv } from '../../store/csv'
import { checkNames } from '../../store/outputFolder'
import { readNames } from '../../store/ratingsFiles'
import { type RatingsWork, titleOf } from './useRatings'

export interface EncodeRatingsRequest {
  readonly model: string
  /** `items` or `users`. */
  readonly side: string
  /** A CSV file. */
  readonly out: string
  readonly overwrite: boolean
}

/** Writes the code of each item, or of each user, with its name. @throws ExpectedError */
export async function encodeRatings(
  { model, side, out, overwrite }: EncodeRatingsRequest,
  { client, signal }: RatingsWork,
): Promise<{ count: number; dimensions: number }> {
  if (side !== 'items' && side !== 'users')
    throw new ExpectedError('bad-usage', sentence('ratings.modelRatingsCodesItems'))
  if (!out.toLowerCase().endsWith('.csv'))
    throw new ExpectedError('bad-usage', sentence('ratings.codesRatingsWrittenCsv'))
  const path = resolve(out)
  await checkNames(dirname(path), [basename(path)], { overwrite })
  const folder = resolve(model)
  const { codes, dimensions } = await client.call('ratingCodes', { folder, side }, { signal })
  const names = await readNames(folder)
  const labelOf = (row: number) => (side === 'items' ? titleOf(names, row) : null)
  const items = names[side].map((name, row) => ({ path: name, label: labelOf(row) }))
  await writeCodesCsv(path, dimensions, [{ items, codes }])
  return { count: items.length, dimensions }
}
