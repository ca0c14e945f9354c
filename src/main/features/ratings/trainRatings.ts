import { appendFile, rmdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CancelledError } from '../../../shared/errors'
import type { RatingsInfo } from '../../../shared/ratings'
import type { ComputeClient } from '../../worker/computeClient'
import type { TrainRatingsEvent, TrainRatingsParams } from '../../worker/protocol'
import { importRatings } from './importRatings'
import { clearRatingsFolder, ratingsFiles, readRatingsInfo, writeRatingsInfo } from './ratingsFiles'

export interface TrainRatingsRequest extends Omit<TrainRatingsParams, 'folder'> {
  /** A file of ratings, or a folder with imported ones. */
  readonly source: string
  readonly run: string
  readonly overwrite: boolean
  readonly versions: Readonly<Record<string, string>>
}

export interface TrainRatingsOptions {
  readonly client: ComputeClient
  readonly signal?: AbortSignal
  readonly onImport?: (done: number, total: number) => void
  readonly onImported?: (info: RatingsInfo) => void
  readonly onEvent?: (event: TrainRatingsEvent) => void
}

/** Trains a recommender into a folder of its own, with the ratings that it goes by. @throws ExpectedError, CancelledError */
export async function trainOnRatings(
  { source, run, overwrite, versions, ...settings }: TrainRatingsRequest,
  { client, signal, onImport, onImported, onEvent }: TrainRatingsOptions,
): Promise<RatingsInfo> {
  const folder = resolve(run)
  const isOwn = resolve(source) === folder
  const info = await importRatings({ source, out: folder, overwrite }, { signal, onProgress: onImport })
  onImported?.(info)
  try {
    const { version, ...model } = await client.call(
      'trainRatings',
      { folder, ...settings },
      {
        signal,
        onEvent: async (event) => {
          if (event.type === 'epoch') await appendFile(ratingsFiles.log(folder), `${JSON.stringify(event)}\n`)
          onEvent?.(event)
        },
      },
    )
    const trained = {
      ...model,
      versions: { ...versions, [model.runtime]: version },
      trainedAt: new Date().toISOString(),
    }
    // Its name may have been changed meanwhile.
    const whole: RatingsInfo = { ...(await readRatingsInfo(folder)), model: trained }
    await writeRatingsInfo(folder, whole)
    return whole
  } catch (error) {
    // Ratings without a model are no run. Those that were there before stay.
    if (!isOwn) {
      await clearRatingsFolder(folder)
      await rmdir(folder)
    }
    throw error instanceof CancelledError
      ? new CancelledError('Stopped. Nothing was kept of the training.')
      : error
  }
}
