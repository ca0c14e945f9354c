import { existsSync } from 'node:fs'
import { ExpectedError } from '../../../shared/errors'
import type { Precision } from '../../../shared/exporting'
import { parseNoise } from '../../../shared/noise'
import type { TrainedModel } from '../../store/modelStore'
import { readRunInfo } from '../../store/runStore'
import type { ComputeClient } from '../../worker/computeClient'

/** PSNR in dB of images that go through a model with its weights as they are, and rounded. */
export interface RoundingLoss {
  readonly images: number
  readonly psnr: number
  readonly rounded: number
}

/**
 * What rounding costs, on images of the dataset that the model learned from. Null where nothing is rounded, the dataset is
 * not here, or its images are larger than the model's.
 *
 * @param dataset its folder, where it is known; a run knows its own
 */
export async function roundingLoss(
  { kind, folder, files, noise }: TrainedModel,
  precision: Precision,
  client: ComputeClient,
  dataset: string | null = null,
): Promise<RoundingLoss | null> {
  if (precision === 'float32') return null
  const from = dataset ?? (kind === 'run' ? (await readRunInfo(folder)).dataset : null)
  if (from === null || !existsSync(from)) return null
  try {
    const params = {
      model: files,
      dataset: from,
      noise: noise === null ? null : parseNoise(noise),
      precision,
    }
    return await client.call('measureRounding', params)
  } catch (error) {
    if (error instanceof ExpectedError) return null
    throw error
  }
}
