import { ExpectedError } from '../../../shared/errors'
import { hasCode } from '../../../shared/modelSpec'
import type { NoiseSpec, RestoringQuality } from '../../../shared/noise'
import { isDatasetFolder } from '../../store/datasetFiles'
import type { EvaluateResult } from './tasks/modelTasks'
import { openNamedModel } from './builtinModels'
import { evaluateRestorer } from './evaluateRestorer'
import { type ModelRequest, type ModelWork, openImages } from './modelWork'
import { sentence } from '../../../shared/texts/sentence'

export interface EvaluateRequest extends ModelRequest {
  /** A dataset, or folders and files of images. */
  readonly images: readonly string[]
  readonly noise: NoiseSpec | null
  /** Whether noisy images are clipped and rounded to 8 bits before the model gets them; restorers only. */
  readonly clip?: boolean
  /** Restorers only. */
  readonly quality?: RestoringQuality
  /** Of the noise. */
  readonly seed: number
}

/** @property trainedNoise what the model learned to undo, such as gaussian:25 */
export type ModelEvaluation = EvaluateResult & { readonly trainedNoise: string | null }

/**
 * How well a model reconstructs images: means over all of them. One that restores images of any size is given files whole.
 * @throws ExpectedError, CancelledError
 */
export async function evaluateModel(request: EvaluateRequest, work: ModelWork): Promise<ModelEvaluation> {
  const { images, noise, seed, runtime, device } = request
  const opened = await openNamedModel(request.model)
  const { files, noise: trainedNoise, onPatches } = opened
  if ((onPatches || !hasCode(files.spec)) && !(await isDatasetFolder(images[0]!)))
    return { ...(await evaluateRestorer(opened, request, work)), trainedNoise }
  if (request.clip) throw new ExpectedError('unsupported', sentence('models.clipOfPictures'))
  const { dataset, close } = await openImages(images, files.spec.input, work)
  try {
    work.onProgress?.(0, dataset.info.count)
    const params = { model: files, dataset: dataset.folder, noise, seed, runtime, device }
    const result = await work.client.call('evaluate', params, {
      signal: work.signal,
      onEvent: ({ done, total }) => work.onProgress?.(done, total),
    })
    return { ...result, trainedNoise }
  } finally {
    await close()
  }
}
