import { basename, dirname, resolve } from 'node:path'
import { ExpectedError } from '../../../shared/errors'
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
    throw new ExpectedError(
      'bad-usage',
      'A model of ratings has codes of items or of users: write items or users.',
    )
  if (!out.toLowerCase().endsWith('.csv'))
    throw new ExpectedError(
      'bad-usage',
      'Codes of ratings are written as CSV. Name a file that ends in .csv.',
    )
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
