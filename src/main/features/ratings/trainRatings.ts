import { appendFile, rmdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import type { RatingsInfo } from '../../../shared/ratings'
import { sentence } from '../../../shared/texts/sentence'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { TrainRatingsEvent, TrainRatingsParams } from './tasks/ratingsTasks'
import { importRatings } from './importRatings'
import { hasCheckpoint, readKeptSettings, removeCheckpoint } from './ratingsCheckpoint'
import { clearRatingsFolder, ratingsFiles, readRatingsInfo, writeRatingsInfo } from '../../store/ratingsFiles'

type Versions = Readonly<Record<string, string>>

export interface TrainRatingsRequest extends Omit<TrainRatingsParams, 'folder' | 'resume'> {
  /** A file of ratings, or a folder with imported ones. */
  readonly source: string
  readonly run: string
  readonly overwrite: boolean
  readonly versions: Versions
}

export interface ResumeRatingsRequest extends ComputeTarget {
  readonly run: string
  /** Time from now on; what is left of its own if not given. */
  readonly budgetMs?: number | undefined
  readonly versions: Versions
}

export interface TrainRatingsOptions {
  readonly client: ComputeClient
  readonly signal?: AbortSignal
  readonly onImport?: (done: number, total: number) => void
  readonly onImported?: (info: RatingsInfo) => void
  readonly onEvent?: (event: TrainRatingsEvent) => void
}

/** Reading counts too, but so much of the time is left to the training. */
const leastShare = 0.3

/**
 * Trains a recommender into a folder of its own, with the ratings that it goes by.
 *
 * @throws ExpectedError; CancelledError when stopped, after saving what it takes to resume
 */
export async function trainOnRatings(
  { source, run, overwrite, versions, ...settings }: TrainRatingsRequest,
  options: TrainRatingsOptions,
): Promise<RatingsInfo> {
  const folder = resolve(run)
  const isOwn = resolve(source) === folder
  const { signal, onImport, onImported } = options
  const startedAt = performance.now()
  const info = await importRatings({ source, out: folder, overwrite }, { signal, onProgress: onImport })
  onImported?.(info)
  await removeCheckpoint(folder)
  try {
    checkSense(info)
    const left = settings.budgetMs - (performance.now() - startedAt)
    const budgetMs = Math.max(leastShare * settings.budgetMs, left)
    return await learn({ ...settings, budgetMs, folder, resume: false }, versions, options)
  } catch (error) {
    // Ratings without a model are no run. Those that were there before stay.
    if (!isOwn && !hasCheckpoint(folder)) {
      await clearRatingsFolder(folder)
      await rmdir(folder)
    }
    throw error
  }
}

/** Goes on with a training that was stopped. @throws ExpectedError, CancelledError as above */
export async function resumeRatings(
  { run, budgetMs, versions, ...target }: ResumeRatingsRequest,
  options: TrainRatingsOptions,
): Promise<RatingsInfo> {
  const folder = resolve(run)
  const { settings, elapsedMs } = await readKeptSettings(folder)
  const params = { ...settings, ...(budgetMs !== undefined && { budgetMs: elapsedMs + budgetMs }) }
  options.onImported?.(await readRatingsInfo(folder))
  return learn({ ...params, ...target, folder, resume: true }, versions, options)
}

/** @throws ExpectedError where ratings have nothing to learn in them */
function checkSense({ users, items, range }: RatingsInfo): void {
  if (users < 2 || items < 2)
    throw new ExpectedError('bad-input', sentence('ratings.tooFew', { users, items }))
  if (range.low === range.high)
    throw new ExpectedError('bad-input', sentence('ratings.allEqual', { value: range.low }))
}

async function learn(
  params: TrainRatingsParams,
  versions: Versions,
  { client, signal, onEvent }: TrainRatingsOptions,
): Promise<RatingsInfo> {
  const { folder } = params
  try {
    const { version, ...model } = await client.call('trainRatings', params, {
      signal,
      onEvent: async (event) => {
        if (event.type === 'epoch') await appendFile(ratingsFiles.log(folder), `${JSON.stringify(event)}\n`)
        onEvent?.(event)
      },
    })
    const trained = {
      ...model,
      versions: { ...versions, [model.runtime]: version },
      trainedAt: new Date().toISOString(),
    }
    // Its name may have been changed meanwhile.
    const whole: RatingsInfo = { ...(await readRatingsInfo(folder)), model: trained }
    await writeRatingsInfo(folder, whole)
    await removeCheckpoint(folder)
    return whole
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    throw new CancelledError(
      sentence(hasCheckpoint(folder) ? 'ratings.stoppedAndSaved' : 'ratings.stopped', { folder }),
    )
  }
}
