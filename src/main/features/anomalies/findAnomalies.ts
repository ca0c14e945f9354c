import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnomalyResult, AnomalySettings, AnomalyView, ScoredImage } from '../../../shared/anomalies'
import { anomalyFigures, percentileOf } from '../../../shared/anomalyFigures'
import { CancelledError } from '../../../shared/errors'
import { asBytes } from '../../engine/imaging/pixelBytes'
import { pixelFigures } from './pixelFigures'
import { batchStream } from '../models/batchStream'
import { pixelsOfFile } from '../models/imagePixels'
import type { ModelWork } from '../models/modelWork'
import { explainFileError } from '../../store/fileErrors'
import type { ComputeTarget, TrainEvent } from '../../worker/protocol'
import { findDuplicates } from './duplicates'
import { exportDetector } from './exportDetector'
import { scoreHistogram } from './histogram'
import type { ImageSet } from './imageSet'
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
export interface FoundAnomalies {
  readonly result: AnomalyResult
  /** Where the model lies that it computes with. */
  readonly model: string
  /** Rows of normal images that the model was not trained on. */
  readonly heldOut: Uint32Array
  /** Where each image's file lies, in the order of the dataset. */
  readonly files: readonly string[]
  /** An image of those that were scored, by its `index`. */
  view(index: number): Promise<AnomalyView>
  /** Scores an image file that was not among them. @throws ExpectedError where it cannot be read */
  score(path: string): Promise<ScoredImage>
  /** Heat map of a file that was not among them. @throws ExpectedError */
  viewFile(path: string): Promise<AnomalyView>
  /** Writes the model as ONNX with the outputs `anomaly_map` and `score`, with a README. @throws ExpectedError */
  exportModel(folder: string, overwrite: boolean): Promise<{ files: string[]; threshold: number }>
  close(): Promise<void>
}

let created = 0

/** Finds the odd ones among images. @throws ExpectedError, CancelledError */
export async function findAnomalies(request: AnomalyRequest, work: AnomalyWork): Promise<FoundAnomalies> {
  const scratch = await mkdtemp(join(tmpdir(), 'hourglass-odd-')).catch((error: unknown) => {
    throw explainFileError(error, tmpdir())
  })
  const closing: (() => Promise<unknown>)[] = [() => rm(scratch, { recursive: true, force: true })]
  const close = async () => {
    for (const one of closing.splice(0).reverse()) await one()
  }
  try {
    const prepared = await prepare(request, scratch, work, (set) => closing.push(() => set.close()))
    const id = `odd ${++created}`
    closing.push(() => work.client.call('dropAnomalies', { id }).catch(() => null))
    return await scoreAll(id, request, prepared, work, close)
  } catch (error) {
    await close()
    throw work.signal?.aborted ? new CancelledError('Stopped. Nothing was written.') : error
  }
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
      ...{ id, model: model.files, dataset: fit.folder, rows, heldOut, robust },
      ...{ score: request.score, falseAlarms: request.falseAlarms, seed: request.seed },
      ...{ runtime: request.runtime, device: request.device },
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
    ...{ result, model: model.folder, heldOut, files: target.files, close },
    ...looksWith(id, prepared, work, judge),
    exportModel: (folder, overwrite) => exportDetector(prepared, request, work, folder, overwrite),
  }
}

type Fitted = { readonly threshold: number; readonly normalScores: Float64Array }
type Judge = (index: number, score: number, scores: Record<string, number>, path?: string) => ScoredImage

function judgeWith({ threshold, normalScores }: Fitted, target: ImageSet, known: (boolean | null)[]): Judge {
  return (index, score, scores, path) => ({
    ...{ index, path: path ?? target.paths[index]!, score, scores },
    percentile: percentileOf(normalScores, score),
    odd: score > threshold,
    label: path === undefined ? target.labels[index]! : null,
    known: path === undefined ? known[index]! : null,
    ...{ duplicateOf: null, duplicateDistance: null },
  })
}

function looksWith(
  id: string,
  { target, selfFitted }: Prepared,
  { client }: AnomalyWork,
  judge: Judge,
): Pick<FoundAnomalies, 'view' | 'score' | 'viewFile'> {
  const { input } = target
  const look = async (pixels: Uint8Array, row: number | null): Promise<AnomalyView> => {
    const { output, heat } = await client.call('viewAnomaly', { id, pixels, row })
    return { ...input, original: pixels, reconstruction: asBytes(output), heat }
  }
  return {
    view: async (index) => {
      const pixels = new Uint8Array(target.dataset.rowBytes)
      await target.dataset.readRows(index, 1, pixels)
      return look(pixels, selfFitted ? index : null)
    },
    viewFile: async (path) => look(await pixelsOfFile(path, input), null),
    score: async (path) => {
      const pixels = await pixelsOfFile(path, input)
      const { score, parts } = await client.call('viewAnomaly', { id, pixels, row: null })
      return judge(target.paths.length, score, { ...parts }, path)
    },
  }
}

/** Of many images' scores not all are needed to find a threshold anew. */
const mostNormalScores = 10_000

function resultOf(
  request: AnomalyRequest,
  { rows, target, selfFitted }: Prepared,
  { threshold, normalScores }: Fitted,
  images: ScoredImage[],
): AnomalyResult {
  const { score, falseAlarms, training, budget, seed } = request
  const scores = images.map((image) => image.score)
  const judged = images.filter(({ known }) => known !== null)
  const step = Math.max(1, normalScores.length / mostNormalScores)
  return {
    settings: { score, falseAlarms, training, budget, seed },
    ...{ fitted: rows.length, selfFitted, threshold, images },
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
