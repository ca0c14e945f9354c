import type { AnomalyView, ScoredImage } from '../../../shared/anomalies'
import { percentileOf } from '../../../shared/anomalyFigures'
import { CancelledError } from '../../../shared/errors'
import { asBytes } from '../../engine/imaging/pixelBytes'
import { openModel, type TrainedModel } from '../../store/modelStore'
import type { ComputeTarget } from '../../worker/protocol'
import type { FittedAnomalies } from './tasks/anomalyTasks'
import { pixelsOfFile } from '../models/imagePixels'
import type { ModelWork } from '../models/modelWork'
import { exportDetector } from './exportDetector'
import { type ImageSet, openFor } from './imageSet'

/** A detector in the worker, for as long as somebody asks it of images. Close it. */
export interface DetectorHandle {
  /** An image of those that were looked through, by its `index`. */
  view(index: number): Promise<AnomalyView>
  /** Scores an image file that was not among them. @throws ExpectedError where it cannot be read */
  score(path: string): Promise<ScoredImage>
  /** Heat map of a file that was not among them. @throws ExpectedError */
  viewFile(path: string): Promise<AnomalyView>
  /** Writes it as ONNX with the outputs `anomaly_map` and `score`, with a README. @throws ExpectedError */
  exportModel(folder: string, overwrite: boolean): Promise<{ files: string[]; threshold: number }>
  /** Writes what it knows, for `reopenDetector`. @throws ExpectedError */
  keep(file: string): Promise<void>
  close(): Promise<void>
}

/** What a detector needs besides what it has learned. */
export interface Detecting {
  readonly model: TrainedModel
  readonly target: ImageSet
  /** Whether the images that are looked through are those that it was fitted on. */
  readonly own: boolean
  readonly falseAlarms: number
}

export interface ReopenRequest extends ComputeTarget {
  /** Folder of a run or model. */
  readonly model: string
  /** The images that were looked through: folder of a dataset. */
  readonly target: string
  /** What `keep` wrote. */
  readonly file: string
  readonly seed: number
  readonly falseAlarms: number
}

type Closing = (() => Promise<unknown>)[]
let created = 0

/** Opens a detector that was kept. @throws ExpectedError where it is missing, damaged or of another model; CancelledError */
export async function reopenDetector(request: ReopenRequest, work: ModelWork): Promise<DetectorHandle> {
  return untilClosed(work, async (closing, close) => {
    const model = await openModel(request.model)
    const target = await openFor(model.files.spec.input, [request.target], work)
    closing.push(() => target.close())
    const id = newDetector(closing, work)
    const { file, seed, falseAlarms, runtime, device } = request
    const asked = { id, model: model.files, file, seed, runtime, device }
    const fitted = await work.client.call('openDetector', asked, { signal: work.signal })
    const detecting = { model, target, own: fitted.own, falseAlarms }
    return { ...detectorWith(id, detecting, work, judgeWith(fitted, target, [])), close }
  })
}

/** Closes what was opened where opening fails, and hands over how to close it where not. */
export async function untilClosed<T>(
  { signal }: ModelWork,
  open: (closing: Closing, close: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const closing: Closing = []
  const close = async () => {
    for (const one of closing.splice(0).reverse()) await one()
  }
  try {
    return await open(closing, close)
  } catch (error) {
    await close()
    throw signal?.aborted ? new CancelledError('Stopped. Nothing was written.') : error
  }
}

/** A name for one more detector in the worker, which is dropped when it is closed. */
export function newDetector(closing: Closing, { client }: ModelWork): string {
  const id = `odd ${++created}`
  closing.push(() => client.call('dropAnomalies', { id }).catch(() => null))
  return id
}

type Judge = (index: number, score: number, scores: Record<string, number>, path?: string) => ScoredImage

/** @param known whether each image of the target is known to be odd */
export function judgeWith(
  { threshold, normalScores }: FittedAnomalies,
  target: ImageSet,
  known: readonly (boolean | null)[],
): Judge {
  return (index, score, scores, path) => ({
    index,
    path: path ?? target.paths[index]!,
    score,
    scores,
    percentile: percentileOf(normalScores, score),
    odd: score > threshold,
    label: path === undefined ? target.labels[index]! : null,
    known: path === undefined ? known[index]! : null,
    duplicateOf: null,
    duplicateDistance: null,
  })
}

export function detectorWith(
  id: string,
  { model, target, own, falseAlarms }: Detecting,
  work: ModelWork,
  judge: Judge,
): Omit<DetectorHandle, 'close'> {
  const { client } = work
  const { input } = target
  const look = async (pixels: Uint8Array): Promise<AnomalyView> => {
    const { output, heat } = await client.call('viewAnomaly', { id, pixels })
    return { ...input, original: pixels, reconstruction: asBytes(output), heat }
  }
  return {
    view: async (index) => {
      const pixels = new Uint8Array(target.dataset.rowBytes)
      await target.dataset.readRows(index, 1, pixels)
      return look(pixels)
    },
    viewFile: async (path) => look(await pixelsOfFile(path, input)),
    score: async (path) => {
      const pixels = await pixelsOfFile(path, input)
      const { score, parts } = await client.call('scoreAnomaly', { id, pixels })
      return judge(target.paths.length, score, { ...parts }, path)
    },
    exportModel: (folder, overwrite) =>
      exportDetector({ id, model, falseAlarms, originals: target.files }, work, folder, overwrite),
    keep: async (file) => {
      await client.call('keepDetector', { id, file, own })
    },
  }
}
