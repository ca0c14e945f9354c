import { basename, dirname, resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { writeCodesCsv } from '../../store/csv'
import { checkNames } from '../../store/outputFolder'
import { readNames } from './ratingsFiles'
import type { RatingsWork } from './useRatings'

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
  const made = await client.call('ratingCodes', { folder, side }, { signal })
  if (!made)
    throw new ExpectedError(
      'unsupported',
      `This model has no autoencoder of ${side}. Train one with --preset both-autorec, or write the codes of ${side === 'items' ? 'users' : 'items'}.`,
    )
  const { codes, dimensions } = made
  const items = (await readNames(folder))[side].map((name) => ({ path: name, label: null }))
  await writeCodesCsv(path, dimensions, [{ items, codes }])
  return { count: items.length, dimensions }
}
