import { isAbsolute, relative, resolve } from 'node:path'
import { type DatasetInfo, revisionOf } from '../../../shared/dataset'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { ModelSpec } from '../../../shared/modelSpec'
import type { EpochMetrics, RunInfo } from '../../../shared/run'
import { withEpochs } from '../../../shared/trainingConfig'
import { isDatasetFolder } from '../../store/datasetFiles'
import { readDatasetInfo } from '../../store/datasetStore'
import { openModel } from '../../store/modelStore'
import { currentProcess, isAlive, isCurrent } from '../../store/processIdentity'
import { readMetrics, readRunInfo, writeRunInfo } from '../../store/runStore'
import type { ImportProgress } from '../datasets/importDataset'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { TrainEvent, TrainResult } from './tasks/trainingTasks'
import { saveModelOfRun } from './saveModel'
import { createdRun } from './createdRun'
import { type ConfigChoice, type ModelChoice, planRun } from './runPlan'
import { checkRunFolder, clearRunFolder, discardRun } from './runFolder'
import { type DatasetChoice, imagesOf, trainingDataset } from './trainingDataset'
import { RunRecord } from './runRecord'

export interface TrainOptions {
  readonly client: ComputeClient
  readonly signal?: AbortSignal
  readonly onEvent?: (event: TrainEvent) => void
  /** While a folder of images becomes a dataset. */
  readonly onImport?: (progress: ImportProgress) => void
  /** Sentences a person should see. */
  readonly onNote?: (note: string) => void
}

export interface NewRun extends ComputeTarget {
  /** Folder of the run. */
  readonly run: string
  readonly dataset: DatasetChoice
  readonly model: ModelChoice
  readonly config: ConfigChoice
  /** A run or model whose weights, and spec, it starts from. */
  readonly from?: string
  readonly overwrite: boolean
  /** The experiment that it is a part of. */
  readonly experiment?: RunInfo['experiment']
}

export interface ResumedRun extends ComputeTarget {
  readonly run: string
  /** Where the dataset is now, if it has moved. Images are not imported again. */
  readonly source?: string
  /** More epochs than the run was to have. */
  readonly epochs?: number
}

export interface TrainSummary {
  readonly run: string
  readonly info: RunInfo
  readonly epochs: number
  /** Of the epoch whose model is kept as the best. */
  readonly best: EpochMetrics | null
}

/** Trains a new run to its end. @throws CancelledError when stopped, after saving; ExpectedError */
export async function trainNewRun(request: NewRun, options: TrainOptions): Promise<TrainSummary> {
  const run = resolve(request.run)
  await checkRunFolder(run, request.overwrite)
  const initial = request.from === undefined ? null : await initialModel(request.from, run)
  // What cannot be trained is said before images are imported or an earlier run is replaced.
  const images = await imagesOf(request.dataset)
  const plan = await planRun(images, { ...request.model, initialSpec: initial?.spec }, request.config)
  const importedFrom = performance.now()
  const folder = await trainingDataset(run, request.dataset, options.signal, options.onImport)
  const spentMs = performance.now() - importedFrom
  const dataset = await readDatasetInfo(folder)
  plan.notes.forEach((note) => options.onNote?.(note))
  await clearRunFolder(run)
  const info = createdRun(plan, {
    dataset: folder,
    images: dataset.count,
    datasetRevision: revisionOf(dataset),
    initialWeights: initial && initial.weights,
    target: request,
    owner: currentProcess(),
    experiment: request.experiment ?? null,
  })
  await writeRunInfo(run, info)
  let began = false
  const onEvent = (event: TrainEvent) => {
    began = true
    options.onEvent?.(event)
  }
  try {
    return await follow(run, info, { ...request, resume: false, spentMs }, { ...options, onEvent })
  } catch (error) {
    if (error instanceof ExpectedError && !began) await discardRun(run)
    throw error
  }
}

/** The weights to start from, which the run that starts must not replace. */
async function initialModel(from: string, run: string): Promise<{ spec: ModelSpec; weights: string }> {
  const { files } = await openModel(from)
  const inside = relative(run, files.weights)
  if (!inside.startsWith('..') && !isAbsolute(inside))
    throw new ExpectedError('bad-input', sentence('training.wouldReplaceStart', { run }))
  return files
}

/** Goes on with a run that was paused, stopped, interrupted or has failed. */
export async function resumeRun(request: ResumedRun, options: TrainOptions): Promise<TrainSummary> {
  const run = resolve(request.run)
  const info = await resumedRun(request)
  const { runtime = info.runtime, device = info.device } = request
  return follow(run, info, { runtime, device, resume: true }, options)
}

/** What run.json says of a run that is resumed. @throws ExpectedError where it cannot be */
export async function resumedRun(request: Omit<ResumedRun, keyof ComputeTarget>): Promise<RunInfo> {
  const run = resolve(request.run)
  const before = await readRunInfo(run)
  if (before.state === 'waiting') throw new ExpectedError('bad-input', sentence('training.runWaitsQueueApp'))
  if (before.owner && !isCurrent(before.owner) && isAlive(before.owner))
    throw new ExpectedError(
      'bad-input',
      sentence('training.runBeingTrainedBy', { run, pid: before.owner.pid }),
    )
  const epochs = request.epochs ?? before.config.epochs
  const { source } = request
  const moved = source !== undefined && (await isDatasetFolder(source)) ? source : undefined
  const info: RunInfo = {
    ...before,
    dataset: resolve(moved ?? before.dataset),
    config: withEpochs(before.config, request.epochs),
    error: null,
    owner: currentProcess(),
  }
  if (before.state === 'done' && epochs <= before.config.epochs)
    throw new ExpectedError(
      'bad-input',
      sentence('training.runIsDone', { run, epochs: before.config.epochs }),
    )
  const dataset = await readDatasetInfo(info.dataset)
  const { count } = dataset
  // One that was taken out of the queue before its images were imported has none yet.
  const images = info.images || count
  if (count !== images)
    throw new ExpectedError(
      'bad-input',
      sentence('training.datasetImagesRunBeganRun', { dataset: info.dataset, count, images }),
    )
  checkSameImages(info, dataset)
  return { ...info, images, datasetRevision: info.datasetRevision ?? revisionOf(dataset) }
}

/** @throws ExpectedError where the dataset was imported again with other images: those held back would be mixed in */
export function checkSameImages(
  { datasetRevision }: Pick<RunInfo, 'datasetRevision'>,
  dataset: DatasetInfo,
): void {
  if (datasetRevision === null || datasetRevision === revisionOf(dataset)) return
  throw new ExpectedError('bad-input', sentence('training.datasetBeenImportedAgain', { name: dataset.name }))
}

/** Runs the worker's task and keeps run.json in step with it. */
export async function follow(
  run: string,
  created: RunInfo,
  { runtime, device, resume, spentMs }: ComputeTarget & { resume: boolean; spentMs?: number },
  { client, signal, onEvent }: TrainOptions,
): Promise<TrainSummary> {
  const record = new RunRecord(run, created)
  const { dataset, spec, config, initialWeights, findings, baselines } = created
  const params = {
    run,
    dataset,
    spec,
    config,
    initialWeights,
    findings,
    hasBaselines: baselines !== null,
    runtime,
    device,
    resume,
    spentMs,
    spectra: created.experiment !== null,
  }
  let result: TrainResult
  try {
    result = await client.call('train', params, {
      signal,
      onEvent: (event) => {
        record.hear(event)
        onEvent?.(event)
      },
    })
    await record.written
  } catch (error) {
    const state = error instanceof ExpectedError ? 'failed' : 'interrupted'
    await record.change({ state, error: (error as Error).message, owner: null }).catch(() => {
      // On a full disk, say; what ended the training is the one to tell.
    })
    throw error
  }
  if (result.outcome === 'done') await saveModelOfRun(run)
  // With a budget the number of epochs is known only now.
  const ended = result.outcome === 'done' && config.budgetMs !== null
  await record.change({
    ...(ended && { config: { ...config, epochs: result.epochs } }),
    state: result.outcome,
    owner: null,
  })
  if (result.outcome !== 'done')
    throw new CancelledError(
      `Stopped in epoch ${result.epochs + 1} and saved. Go on with: hourglass train --out ${run} --resume`,
    )
  const metrics = await readMetrics(run)
  const best = metrics.find(({ epoch }) => epoch === result.bestEpoch) ?? null
  return { run, info: record.info, epochs: result.epochs, best }
}
