import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ExpectedError } from '../../shared/errors'
import { sentence } from '../../shared/texts/sentence'
import { type RatingsInfo, ratingsInfoSchema, type RatingsSource } from '../../shared/ratings'
import { writeFileAtomic } from './atomicWrite'
import { explainFileError, fileErrorCode } from './fileErrors'
import { makeFolder } from './makeFolder'
import { parseRecord } from './parseRecord'
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors'

/** Ratings by numbers of users and items, in the order of their names. */
export interface RatingTriples {
  readonly users: Int32Array
  readonly items: Int32Array
  readonly values: Float32Array
  readonly times: Float64Array | null
}

export interface RatingNames {
  readonly users: readonly string[]
  readonly items: readonly string[]
  /** What people call the items, in their order; empty where that is not known. */
  readonly titles?: readonly string[] | undefined
}

/** Files of a folder with ratings, and of the recommender that was trained on them. */
export const ratingsFiles = {
  info: (folder: string) => join(folder, 'ratings.json'),
  triples: (folder: string) => join(folder, 'ratings.safetensors'),
  names: (folder: string) => join(folder, 'names.json'),
  log: (folder: string) => join(folder, 'metrics.jsonl'),
  /** Of a training that was stopped, or is under way. */
  checkpoint: (folder: string) => join(folder, 'checkpoint.safetensors'),
  model: (folder: string) => join(folder, 'model'),
  biases: (folder: string) => join(folder, 'model', 'biases.safetensors'),
  /** Kernels and biases of a member, as any model of Hourglass has them. */
  weights: (folder: string, side: string) => join(folder, 'model', `${side}.safetensors`),
  /** What that member makes of each row. */
  features: (folder: string, side: string) => join(folder, 'model', `${side}.features.safetensors`),
} as const

export const isRatingsFolder = (folder: string): boolean => existsSync(ratingsFiles.info(folder))

const advice = sentence('store.importRatingsAgain')

/** @throws ExpectedError where there are no ratings, or they are damaged */
export async function readRatingsInfo(folder: string): Promise<RatingsInfo> {
  const path = ratingsFiles.info(folder)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw explainFileError(error, path)
  })
  return parseRecord(ratingsInfoSchema, text, path, advice)
}

export async function writeRatingsInfo(folder: string, info: RatingsInfo): Promise<void> {
  await writeFileAtomic(ratingsFiles.info(folder), `${JSON.stringify(info, null, 2)}\n`)
}

const namesSchema = z.object({
  users: z.array(z.string()),
  items: z.array(z.string()),
  titles: z.array(z.string()).optional(),
})

export async function readNames(folder: string): Promise<RatingNames> {
  const path = ratingsFiles.names(folder)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw explainFileError(error, path)
  })
  return parseRecord(namesSchema, text, path, advice)
}

export async function readTriples(folder: string): Promise<RatingTriples> {
  const path = ratingsFiles.triples(folder)
  const { tensors } = await readSafetensors(path)
  const { users, items, ratings, times } = tensors
  const sound =
    users?.dtype === 'I32' &&
    items?.dtype === 'I32' &&
    ratings?.dtype === 'F32' &&
    users.data.length === ratings.data.length
  if (!sound || items.data.length !== users.data.length)
    throw new ExpectedError('bad-input', sentence('ratings.doesNotHoldRatings', { path, advice }))
  return {
    users: users.data,
    items: items.data,
    values: ratings.data,
    times: times?.dtype === 'F64' ? times.data : null,
  }
}

export async function writeTriples(
  folder: string,
  { users, items, values, times }: RatingTriples,
  names: RatingNames,
): Promise<void> {
  const shape = [values.length]
  const tensors: Record<string, StoredTensor> = {
    users: { dtype: 'I32', shape, data: users },
    items: { dtype: 'I32', shape, data: items },
    ratings: { dtype: 'F32', shape, data: values },
    ...(times && { times: { dtype: 'F64', shape, data: times } as const }),
  }
  await writeSafetensors(ratingsFiles.triples(folder), {
    tensors,
    metadata: { format: 'hourglass-ratings-1' },
  })
  await writeNames(folder, names)
}

export async function writeNames(folder: string, names: RatingNames): Promise<void> {
  await writeFileAtomic(ratingsFiles.names(folder), JSON.stringify(names))
}

/** @throws ExpectedError where the folder holds something that is not to be overwritten */
export async function checkRatingsFolder(folder: string, overwrite: boolean): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if (fileErrorCode(error) === 'ENOENT') return []
    throw explainFileError(error, folder)
  })
  if (entries.length === 0) return
  if (!isRatingsFolder(folder))
    throw new ExpectedError('bad-input', sentence('ratings.folderHoldsOther', { folder }))
  if (!overwrite) throw new ExpectedError('bad-input', sentence('ratings.ratingsThere', { folder }))
}

/** Makes the folder, without what was in it of ours. */
export async function clearRatingsFolder(folder: string): Promise<void> {
  const { info, triples, names, log, checkpoint, model } = ratingsFiles
  try {
    for (const path of [info, triples, names, log, checkpoint, model])
      await rm(path(folder), { recursive: true, force: true })
    await makeFolder(folder)
  } catch (error) {
    throw explainFileError(error, folder)
  }
}

/** How often each rating was given; where there are many different ones, in 20 steps. */
export function histogramOf(values: Float32Array): { value: number; count: number }[] {
  const counts = new Map<number, number>()
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1)
    if (counts.size > 21) return steppedHistogram(values)
  }
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => a.value - b.value)
}

function steppedHistogram(values: Float32Array): { value: number; count: number }[] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)]
  const step = (high - low) / 20
  const counts = new Array<number>(20).fill(0)
  for (const value of values) counts[Math.min(19, Math.floor((value - low) / step))]!++
  return counts.map((count, i) => ({ value: low + (i + 0.5) * step, count }))
}

export interface DescribedRatings extends RatingTriples {
  readonly names: RatingNames
  readonly source: RatingsSource
}

/** ratings.json of ratings that nothing was trained on yet. */
export function describeRatings(
  name: string,
  { names, source, values, times }: DescribedRatings,
): RatingsInfo {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)]
  return {
    version: 1,
    kind: 'ratings',
    name,
    createdAt: new Date().toISOString(),
    source,
    users: names.users.length,
    items: names.items.length,
    ratings: values.length,
    range: { low, high },
    histogram: histogramOf(values),
    hasTimes: times !== null,
    model: null,
  }
}
