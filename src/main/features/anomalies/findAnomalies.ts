import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnomalyResult, AnomalySettings, ScoredImage } from '../../../shared/anomalies'
import { anomalyFigures } from '../../../shared/anomalyFigures'
import { pixelFigures } from './pixelFigures'
import { batchStream } from '../models/batchStream'
import type { ModelWork } from '../models/modelWork'
import { explainFileError } from '../../store/fileErrors'
import type { ComputeTarget } from '../../worker/protocol'
import type { FittedAnomalies } from './tasks/anomalyTasks'
import type { TrainEvent } from '../training/tasks/trainingTasks'
import { findDuplicates } from './duplicates'
import { detectorWith, judgeWith, newDetector, type DetectorHandle, untilClosed } from './detectorHandle'
import { scoreHistogram } from './histogram'
import { readMasks } from './masks'
import { prepare, type Prepared } from './prepare'

export interface AnomalyRequest extends ComputeTarget, AnomalySettings {
  /**
   * A run or a saved model; or a dataset or folder of images, on which one is trained. Null trains one on `fit`, or on
   * `target` where there is none.
   */
  readonly model: string | null
  /** What is looked through: a dataset, folders or images. Null takes what the model is trained on, or MVTec's `test`. */
  readonly target: readonly string[] | null
  /** Normal images, by which scores are judged. Null takes those that the model was trained on. */
  readonly fit: string | null
  /** Labels of normal images; null: all of those that it is fitted on, or `good` where there is that label. */
  readonly normal: readonly string[] | null
  /** Rows of `fit` that the model was not trained on, as an earlier search with it told; without, they are found out. */
  readonly heldOut?: Uint32Array
  /** Whether all images that it is fitted on are normal, also where they are those that are looked through. */
  readonly allNormal?: boolean
  /** Where a model that is trained is kept; in a temporary folder without. */
  readonly run?: string
  /** Milliseconds for the training, where it is another time than the budget names. */
  readonly budgetMs?: number
}

export type AnomalyPhase = 'training' | 'fitting' | 'scoring'

export interface AnomalyWork extends ModelWork {
  readonly onPhase?: (phase: AnomalyPhase) => void
  readonly onTraining?: (event: TrainEvent) => void
  /** In the order of the dataset. */
  readonly onImage?: (image: ScoredImage) => void
}

/** A detector that has looked through images, for as long as somebody looks at what it found. Close it. */
export interface FoundAnomalies extends DetectorHandle {
  readonly result: AnomalyResult
  /** Where the model lies that it computes with. */
  readonly model: string
  /** Rows of normal images that the model was not trained on. */
  readonly heldOut: Uint32Array
  /** Where each image's file lies, in the order of the dataset. */
  readonly files: readonly string[]
}

/** Finds the odd ones among images. @throws ExpectedError, CancelledError */
export async function findAnomalies(request: AnomalyRequest, work: AnomalyWork): Promise<FoundAnomalies> {
  const scratch = await mkdtemp(join(tmpdir(), 'hourglass-odd-')).catch((error: unknown) => {
    throw explainFileError(error, tmpdir())
  })
  return untilClosed(work, async (closing, close) => {
    closing.push(() => rm(scratch, { recursive: true, force: true }))
    const prepared = await prepare(request, scratch, work, (set) => closing.push(() => set.close()))
    return scoreAll(newDetector(closing, work), request, prepared, work, close)
  })
}

async function scoreAll(
  id: string,
  request: AnomalyRequest,
  prepared: Prepared,
  work: AnomalyWork,
  close: () => Promise<void>,
): Promise<FoundAnomalies> {
  const { client, signal } = work
  const { model, fit, rows, heldOut, robust, target, selfFitted, known } = prepared
  work.onPhase?.('fitting')
  const fitted = await client.call(
    'fitAnomalies',
    {
      id,
      model: model.files,
      dataset: fit.folder,
      rows,
      heldOut,
      robust,
      score: request.score,
      falseAlarms: request.falseAlarms,
      seed: request.seed,
      runtime: request.runtime,
      device: request.device,
    },
    { signal, onEvent: ({ done, total }) => work.onProgress?.(done, total) },
  )
  work.onPhase?.('scoring')
  const masks = await readMasks(target, signal)
  const judge = judgeWith(fitted, target, known)
  const images: ScoredImage[] = []
  const maps: Float32Array[] = []
  const codes: Float32Array[] = []
  const params = { id, dataset: target.folder, own: selfFitted, maps: masks !== null }
  for await (const batch of batchStream(client, 'scoreAnomalies', params, signal)) {
    for (let i = 0; i < batch.count; i++) {
      const parts = Object.entries(batch.parts).map(([name, values]) => [name, values[i]!])
      images.push(judge(batch.first + i, batch.scores[i]!, Object.fromEntries(parts)))
      work.onImage?.(images.at(-1)!)
    }
    if (batch.maps.length > 0) maps.push(batch.maps)
    codes.push(batch.codes)
    work.onProgress?.(images.length, target.paths.length)
  }
  const withDuplicates = await findDuplicates(images, codes, client, request)
  const result = resultOf(request, prepared, fitted, withDuplicates)
  if (masks && result.figures) Object.assign(result.figures, pixelFigures(maps, masks, target.input))
  return {
    result,
    model: model.folder,
    heldOut,
    files: target.files,
    close,
    ...detectorWith(id, { model, target, own: selfFitted, falseAlarms: request.falseAlarms }, work, judge),
  }
}

/** Of many images' scores not all are needed to find a threshold anew. */
const mostNormalScores = 10_000

function resultOf(
  request: AnomalyRequest,
  { rows, target, selfFitted }: Prepared,
  { threshold, normalScores }: FittedAnomalies,
  images: ScoredImage[],
): AnomalyResult {
  const { score, falseAlarms, training, budget, seed } = request
  const scores = images.map((image) => image.score)
  const judged = images.filter(({ known }) => known !== null)
  const step = Math.max(1, normalScores.length / mostNormalScores)
  return {
    settings: { score, falseAlarms, training, budget, seed },
    fitted: rows.length,
    selfFitted,
    threshold,
    images,
    histogram: scoreHistogram(normalScores, scores, threshold),
    normalScores: Array.from(
      { length: Math.min(normalScores.length, mostNormalScores) },
      (_, i) => normalScores[Math.floor(i * step)]!,
    ),
    figures: anomalyFigures(
      judged.map((image) => image.score),
      judged.map(({ known }) => known!),
      threshold,
    ),
    skipped: [...target.skipped],
  }
}
