import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnomalySettings } from '../../../shared/anomalies'
import { preprocessingSchema } from '../../../shared/dataset'
import { leastBudgetMs } from '../../../shared/trainingConfig'
import type { NoiseSpec } from '../../../shared/noise'
import { OpenDatasets } from '../datasets/openDatasets'
import { subsetDataset } from '../datasets/subsetDataset'
import { batchStream } from '../models/batchStream'
import { planForDataset } from '../training/planService'
import { budgetsMs } from '../training/planTraining'
import type { ConfigChoice, ModelChoice } from '../training/runPlan'
import { trainNewRun } from '../training/trainRun'
import { splitImages } from '../../engine/training/splitImages'
import { openModel, type TrainedModel } from '../../store/modelStore'
import type { ImageSet } from './imageSet'
import type { AnomalyWork } from './findAnomalies'
import type { ComputeTarget } from '../../worker/protocol'

export interface NormalTraining extends ComputeTarget {
  readonly settings: AnomalySettings
  /** Of the budget, where it is another than the settings name. */
  readonly budgetMs?: number
  /** Rows of normal images. */
  readonly rows: readonly number[]
  /** Whether some of them may be odd. */
  readonly robust: boolean
  /** Where the run goes. */
  readonly run: string
  /** An empty folder for what is made on the way. */
  readonly scratch: string
  /** Whether the images that it is trained on are to stay there with the run, since theirs are temporary. */
  readonly keepsImages: boolean
}

export interface TrainedOnNormal {
  readonly model: TrainedModel
  /** Rows of the set that the model was not trained on. */
  readonly heldOut: Uint32Array
}

/** Share of the budget after which the images that are reconstructed worst leave, and how many of them. */
const warmUp = 0.4
const leaving = 0.1
const fewestForLeaving = 20
/** From this budget on an epoch is as long as the plan has it; below, it is of so many images. */
const shortBudgetMs = 20_000
const fewestAnEpoch = 600

/**
 * Trains on normal images. Where some may be odd, the tenth that is reconstructed worst leaves the training after a warm-up,
 * so that the network does not learn what is odd.
 */
export async function trainNormal(
  images: ImageSet,
  training: NormalTraining,
  work: AnomalyWork,
): Promise<TrainedOnNormal> {
  const { rows, settings, robust, run, scratch, keepsImages } = training
  const plan = await planForDataset(images.folder, settings.budget)
  const budgetMs = training.budgetMs ?? budgetsMs[settings.budget]
  const config: ConfigChoice = {
    ...plan.config,
    seed: settings.seed,
    noise: noiseOf(settings),
    ...(budgetMs < shortBudgetMs && { imagesPerEpoch: Math.min(rows.length, fewestAnEpoch) }),
  }
  const model: ModelChoice = { spec: plan.spec, fromPreset: null, seed: settings.seed }
  const leavesOut = robust && rows.length >= fewestForLeaving
  const isWhole = rows.length === images.paths.length && (leavesOut || !keepsImages)
  const all = isWhole ? images.folder : await part(images, rows, join(scratch, 'normal.dataset'))
  const once = (dataset: string, folder: string, share: number, from?: string) =>
    trainNewRun(
      {
        // A dataset is read as it is.
        run: folder,
        dataset: { source: dataset, preprocessing: preprocessingSchema.parse({}) },
        from,
        runtime: training.runtime,
        device: training.device,
        overwrite: false,
        model: from === undefined ? model : {},
        config: { ...config, budgetMs: Math.max(leastBudgetMs, budgetMs * share) },
      },
      { client: work.client, signal: work.signal, onEvent: work.onTraining },
    )
  if (!leavesOut) {
    await once(all, run, 1)
    return { model: await openModel(run), heldOut: heldOutOf(rows, config) }
  }
  const first = join(scratch, 'warm-up')
  await once(all, first, warmUp)
  const kept = await bestRows(images, rows, await openModel(first), training, work)
  const rest = await part(images, kept, join(scratch, 'kept.dataset'))
  await once(rest, run, 1 - warmUp, first)
  await rm(first, { recursive: true, force: true })
  return { model: await openModel(run), heldOut: heldOutOf(kept, config) }
}

/** What the network learns to take out. */
const noiseOf = ({ training }: AnomalySettings): NoiseSpec | null =>
  training === 'repair' ? { kind: 'damage', min: 0, max: 2 } : null

/** Without the tenth whose reconstruction is worst. */
async function bestRows(
  images: ImageSet,
  rows: readonly number[],
  { files }: TrainedModel,
  { settings, runtime, device }: NormalTraining,
  { client, signal }: AnomalyWork,
): Promise<number[]> {
  const id = `warm-up ${images.folder}`
  const all = Uint32Array.from(rows)
  const fit = { id, model: files, dataset: images.folder, rows: all, heldOut: new Uint32Array(0) }
  const how = {
    score: 'error',
    falseAlarms: settings.falseAlarms,
    robust: false,
    seed: settings.seed,
  } as const
  await client.call('fitAnomalies', { ...fit, ...how, runtime, device }, { signal })
  const scores = new Float64Array(images.paths.length)
  const params = { id, dataset: images.folder, own: true, maps: false }
  for await (const batch of batchStream(client, 'scoreAnomalies', params, signal))
    scores.set(batch.scores, batch.first)
  await client.call('dropAnomalies', { id })
  const worstFirst = [...rows].sort((a, b) => scores[b]! - scores[a]!)
  const gone = new Set(worstFirst.slice(0, Math.floor(rows.length * leaving)))
  return rows.filter((row) => !gone.has(row))
}

/** Makes a dataset of some of the images. @returns its folder */
async function part(images: ImageSet, rows: readonly number[], out: string): Promise<string> {
  const opened = new OpenDatasets()
  try {
    await subsetDataset([{ folder: images.folder, rows }], out, 'normal', opened)
    return out
  } finally {
    await opened.close()
  }
}

/** Images that the run keeps for validation, as rows of the whole set. */
function heldOutOf(rows: readonly number[], { validationSplit = 0.1, seed = 1 }: ConfigChoice): Uint32Array {
  const { validation } = splitImages(rows.length, validationSplit, seed)
  return Uint32Array.from(validation, (i) => rows[i]!).sort()
}
