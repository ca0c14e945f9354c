import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import { prepareImage } from '../pictures/prepareImage'
import { UnusableImage } from '../pictures/unusableImage'
import { copyOf, type DenoisedPicture, denoisePicture } from './denoisePicture'
import type { DenoisingModel } from './denoisingModels'
import { levelsOf } from './loadedPicture'
import { type Picture, readPicture } from '../pictures/readPicture'
import { shared } from './sharedPixels'
import { sentence } from '../../../shared/texts/sentence'

/** PSNR in dB, at most that of equal pictures, and SSIM; of 8 bits. */
export interface Similarity {
  readonly psnr: number
  readonly ssim: number
}

export interface MeasuredPair {
  readonly noisy: Similarity
  readonly result: Similarity
  readonly denoised: DenoisedPicture
}

export interface PairWork extends ComputeTarget {
  readonly client: ComputeClient
  readonly signal?: AbortSignal
}

/** @throws UnusableImage */
export async function openPicture(path: string): Promise<Picture> {
  return readPicture(await prepareImage(path))
}

/**
 * How near a noisy picture and what a model makes of it come to the clean one.
 *
 * @param sigma by hand, on the 0-255 scale; null for the estimate, as with one click
 * @throws UnusableImage where the two do not go together; ExpectedError, CancelledError
 */
export async function measurePair(
  noisy: Picture,
  clean: Picture,
  model: DenoisingModel,
  sigma: number | null,
  { client, signal, ...target }: PairWork,
): Promise<MeasuredPair> {
  const before = asSeen(noisy)
  const reference = asSeen(clean)
  if (before.width !== reference.width || before.height !== reference.height)
    throw new UnusableImage(sentence('denoising.cleanOtherSize'))
  if (before.channels !== reference.channels) throw new UnusableImage(sentence('denoising.oneGreyOneColor'))
  const settings = { sigma, strength: 1, tile: null, ...target }
  const work = { client, signal, onProgress: () => undefined, onSmallerTile: () => undefined }
  // Its pixels move to the worker.
  const denoised = await denoisePicture({ ...noisy, pixels: copyOf(noisy.pixels) }, model, settings, work)
  const after = asSeen({ ...noisy, pixels: denoised.pixels })
  const { width, height, channels } = reference
  const against = (data: Uint8Array) =>
    client.call('similarity', { a: reference.data, b: data, width, height, channels }, { signal })
  return { noisy: await against(before.data), result: await against(after.data), denoised }
}

/** Upright, in 8 bits, what is transparent on white. Of several pages the first. */
function asSeen(picture: Picture) {
  if (picture.pages > 1) throw new UnusableImage(sentence('pictures.several'))
  const levels = levelsOf({ ...picture, pixels: shared(picture.pixels) })
  return levels.block(0, { left: 0, top: 0, ...levels.sizeOf(0) })
}
