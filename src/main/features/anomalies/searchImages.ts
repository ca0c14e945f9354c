import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ParsedParams } from '../../../shared/api/commands'
import type { NormalSource } from '../../../shared/api/anomalies'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { anomalyFiles, type SearchRecord } from '../../store/anomalyStore'
import { runFiles } from '../../store/runStore'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { EventBus } from '../../base/eventBus'
import type { JobProgress, JobService } from '../../base/jobService'
import type { DatasetService } from '../datasets/datasetService'
import type { ModelService } from '../models/modelService'
import type { AnomalyPhase, findAnomalies, FoundAnomalies } from './findAnomalies'
import { type DetectorHandle, reopenDetector } from './detectorHandle'

export interface SearchDependencies {
  readonly events: EventBus
  readonly jobs: JobService
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly client: ComputeClient
  readonly target: () => ComputeTarget
  readonly find: typeof findAnomalies
}

/** What is looked through, and by what it is judged. */
export type SearchSubject = Pick<SearchRecord, 'normal' | 'settings'> & {
  readonly target: { readonly id: string }
  /** Of a search that is opened again. */
  readonly heldOut?: Uint32Array
}

export type Report = (progress: JobProgress) => void

/**
 * Trains where there is no model yet, and scores. The caller closes what was found.
 *
 * @param folder of the search, where a model is kept that was trained for it
 */
export async function searchImages(
  { client, datasets, models, find, target: computeTarget }: SearchDependencies,
  folder: string,
  { normal, settings, target, heldOut }: SearchSubject,
  report: Report,
  signal: AbortSignal,
): Promise<FoundAnomalies> {
  const run = join(folder, anomalyFiles.run)
  const images = await datasets.folderOf(target.id)
  const fitOf = { itself: () => images, dataset: () => datasets.folderOf(normal.id), model: () => null }
  const trained = existsSync(runFiles.best(run)) ? run : null
  const model = normal.kind === 'model' ? await models.folderOf(normal.id) : trained
  let now: AnomalyPhase = 'training'
  const began = performance.now()
  return find(
    {
      ...settings,
      ...computeTarget(),
      model,
      run,
      fit: await fitOf[normal.kind](),
      target: [images],
      normal: null,
      heldOut: trained ? heldOut : undefined,
    },
    {
      client,
      signal,
      onPhase: (phase) => {
        now = phase
        report({ phase, done: 0, total: 0 })
      },
      onTraining: (event) => {
        if (event.type !== 'progress') return
        // Milliseconds: how many epochs there will be depends on the time that they take.
        const done = performance.now() - began
        report({ phase: 'training', done, total: done + event.timeLeftMs })
      },
      onProgress: (done, total) => report({ phase: now, done, total }),
    },
  )
}

/**
 * Opens the detector of a search again: as it was kept beside it, or fitted anew where that is missing or cannot be read.
 * The caller closes it.
 */
export async function openSearchAgain(
  dependencies: SearchDependencies,
  folder: string,
  subject: SearchSubject,
  report: Report,
  signal: AbortSignal,
): Promise<DetectorHandle> {
  const { client, datasets, models, target: computeTarget } = dependencies
  const { normal, settings, target } = subject
  const file = join(folder, anomalyFiles.detector)
  if (existsSync(file)) {
    report({ phase: 'fitting', done: 0, total: 0 })
    const model = normal.kind === 'model' ? await models.folderOf(normal.id) : join(folder, anomalyFiles.run)
    const { seed, falseAlarms } = settings
    const images = await datasets.folderOf(target.id)
    const request = { ...computeTarget(), model, target: images, file, seed, falseAlarms }
    try {
      return await reopenDetector(request, { client, signal })
    } catch (error) {
      if (!(error instanceof ExpectedError) || signal.aborted) throw error
    }
  }
  const found = await searchImages(dependencies, folder, subject, report, signal)
  await found.keep(file).catch(() => undefined) // It is fitted anew next time too.
  return found
}

/** @throws ExpectedError where what was chosen is not in the library any more */
export function sourceOf(
  { normal, target }: ParsedParams<'anomalies.start'>,
  { datasets, models }: Pick<SearchDependencies, 'datasets' | 'models'>,
): NormalSource {
  if (normal.kind === 'itself')
    return { kind: 'itself', id: target, name: datasets.summary(target)?.name ?? target }
  const list = normal.kind === 'dataset' ? datasets.listing().items : models.listing().items
  const found = list.find(({ id }) => id === normal.id)
  if (!found) throw new ExpectedError('not-found', sentence('anomalies.normalRemoved'))
  return { kind: normal.kind, id: found.id, name: found.name }
}

/** Waits for an import of the dataset. @throws ExpectedError where nothing comes of it; CancelledError */
export async function waitForImport(
  { jobs, events, datasets }: Pick<SearchDependencies, 'jobs' | 'events' | 'datasets'>,
  dataset: string,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const isUnderWay = () =>
    jobs
      .listing()
      .items.some(
        ({ datasetId, state }) => datasetId === dataset && (state === 'running' || state === 'waiting'),
      )
  if (isUnderWay()) {
    report({ phase: 'importing', done: 0, total: 0 })
    await new Promise<void>((resolve) => {
      const end = () => {
        if (isUnderWay() && !signal.aborted) return
        stop()
        resolve()
      }
      const stop = events.on('jobs.changed', end)
      signal.addEventListener('abort', end, { once: true })
    })
  }
  if (signal.aborted) throw new CancelledError('Stopped.')
  if (datasets.summary(dataset)?.state !== 'ready')
    throw new ExpectedError('not-found', sentence('anomalies.notImported'))
}
