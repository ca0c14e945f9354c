import { checkDatasetFits } from '../../../shared/checkDatasetFits'
import { revisionOf } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { RunInfo, Waiting } from '../../../shared/run'
import { withEpochs } from '../../../shared/trainingConfig'
import { isDatasetFolder } from '../../store/datasetFiles'
import { readDatasetInfo } from '../../store/datasetStore'
import { currentProcess } from '../../store/processIdentity'
import { readRunInfo, writeRunInfo } from '../../store/runStore'
import type { ComputeTarget } from '../../worker/protocol'
import { checkSameImages, follow, resumedRun, type TrainOptions, type TrainSummary } from './trainRun'

/*
 * What run.json says of a run while it waits. Each function writes it once, whole or not at all. They are not called at
 * the same time for the same run.
 */

/** A damaged run waits for nothing. */
export const waitsInQueue = (run: string): Promise<boolean> =>
  readRunInfo(run).then(
    ({ state }) => state === 'waiting',
    () => false,
  )

/** A run that has trained waits to go on. @throws ExpectedError where it cannot be resumed; it is as it was then */
export async function putIntoQueue(run: string, place: number, epochs: number | undefined): Promise<RunInfo> {
  const before = await readRunInfo(run)
  // It could not begin, and a full disk kept that from being written.
  if (before.state === 'waiting') return before
  const { images, runtime, device } = await resumedRun({ run, epochs })
  const target = { runtime, device }
  const waiting = { place, before: before.state, epochs: epochs ?? null, target }
  const info: RunInfo = { ...before, images, state: 'waiting', waiting, owner: null }
  await writeRunInfo(run, info)
  return info
}

/** It is as it was before it waited; one that has never trained is stopped. */
export async function takeOutOfQueue(run: string): Promise<void> {
  await change(run, (info, { before }) => ({
    ...info,
    state: before === 'created' ? 'stopped' : before,
    waiting: null,
  }))
}

export async function moveInQueue(run: string, place: number): Promise<void> {
  await change(run, (info, waiting) => ({ ...info, waiting: { ...waiting, place } }))
}

/** It will not begin, and says why. */
export async function failInQueue(run: string, error: string): Promise<void> {
  await change(run, (info) => ({ ...info, state: 'failed', waiting: null, error }))
}

/**
 * Trains a run whose turn it is. `inTurn` keeps others from writing its run.json until it does not wait any more.
 * @throws CancelledError when stopped, after saving; ExpectedError, of which run.json tells
 */
export async function trainWaiting(
  run: string,
  target: ComputeTarget,
  options: TrainOptions,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<TrainSummary> {
  const { info, chosen } = await inTurn(async () => {
    const { waiting, ...before } = await readRunInfo(run)
    if (before.state !== 'waiting' || !waiting)
      throw new ExpectedError('bad-input', sentence('training.runDoesNotWait'))
    try {
      const { images, datasetRevision } = await imagesOf(before, waiting)
      const config = withEpochs(before.config, waiting.epochs)
      const begun = { state: 'created', error: null, owner: currentProcess() } as const
      const info: RunInfo = { ...before, ...begun, images, datasetRevision, config, waiting: null }
      await writeRunInfo(run, info)
      return { info, chosen: waiting.target }
    } catch (error) {
      await failInQueue(run, (error as Error).message)
      throw error
    }
  })
  return follow(run, info, { ...(chosen ?? target), resume: true }, options)
}

/** How many images it trains on. @throws ExpectedError when they are not what it is for */
async function imagesOf(
  { dataset, images, datasetRevision, spec, config }: Omit<RunInfo, 'waiting'>,
  { before }: Waiting,
): Promise<Pick<RunInfo, 'images' | 'datasetRevision'>> {
  if (images === 0 && !(await isDatasetFolder(dataset)))
    throw new ExpectedError('not-found', sentence('training.imagesRunWereNot'))
  const info = await readDatasetInfo(dataset)
  checkDatasetFits(info, spec.input, config.patches)
  const isNew = before === 'created' || images === 0
  if (!isNew && info.count !== images)
    throw new ExpectedError(
      'bad-input',
      sentence('training.datasetImagesRunBegan', { name: info.name, count: info.count, images }),
    )
  if (!isNew) checkSameImages({ datasetRevision }, info)
  return { images: info.count, datasetRevision: revisionOf(info) }
}

/** Nothing where it does not wait any more. */
async function change(run: string, changed: (info: RunInfo, waiting: Waiting) => RunInfo): Promise<void> {
  const info = await readRunInfo(run)
  if (info.state === 'waiting' && info.waiting) await writeRunInfo(run, changed(info, info.waiting))
}
