import type { NoiseSpec } from '../../../shared/noise'
import { openModel } from '../../store/modelStore'
import type { EvaluateResult } from '../../worker/protocol'
import { type ModelRequest, type ModelWork, openImages } from './modelWork'

export interface EvaluateRequest extends ModelRequest {
  /** A dataset, or folders and files of images. */
  readonly images: readonly string[]
  readonly noise: NoiseSpec | null
  /** Of the noise. */
  readonly seed: number
}

/** @property trainedNoise what the model learned to undo, such as gaussian:25 */
export type ModelEvaluation = EvaluateResult & { readonly trainedNoise: string | null }

/** How well a model reconstructs images: means over all of them. @throws ExpectedError, CancelledError */
export async function evaluateModel(request: EvaluateRequest, work: ModelWork): Promise<ModelEvaluation> {
  const { images, noise, seed, runtime, device } = request
  const { files, noise: trainedNoise } = await openModel(request.model)
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
