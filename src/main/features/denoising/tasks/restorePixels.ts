import type { NoiseSpec } from '../../../../shared/noise'
import { coarseDifference, takeCoarse } from '../../../engine/denoising/coarseColor'
import { type DenoisingPlan, planDenoising } from '../../../engine/denoising/denoisingPlan'
import { estimateChannels } from '../../../engine/denoising/estimateChannels'
import { type PixelImage, PixelTiles } from '../../../engine/denoising/pixelTiles'
import { unclip } from '../../../engine/denoising/unclip'
import type { ToldNoise } from '../../../engine/denoising/restorer'
import { restoreWith, type RestoringRequest } from './keptRestorer'

export interface PixelRequest extends Omit<RestoringRequest, 'sigmas'> {
  /** The noise that the model learned to remove. */
  readonly trained: NoiseSpec | null
  /** Of the whole image; see ImageNoise. Estimated on this one if not given. */
  readonly coarse?: readonly number[] | null
  /** See cutOffNoise. */
  readonly clipped?: readonly number[] | null
}

/** Weaker noise makes no blotches that are seen. */
const coarseFrom = 8

/** Planes of differences of colours that are restored at half the size too. */
export const coarsePlanes = ({ planes, sigmas }: DenoisingPlan): readonly (1 | 2)[] =>
  planes === 'decorrelated' ? ([1, 2] as const).filter((plane) => toldSigma(sigmas[plane]) >= coarseFrom) : []

/** Planes are told one level each. */
const toldSigma = (told: ToldNoise | null | undefined): number => (typeof told === 'number' ? told : 0)

/** What half the size is of the work. */
const coarseShare = 0.2

/**
 * Restores an image as planned.
 *
 * @param result gets the pixels, clipped and rounded if in integers
 * @returns height and width of the tiles
 * @throws ExpectedError; what `onProgress` throws
 */
export async function restorePixels(
  image: PixelImage,
  result: PixelImage['data'],
  plan: DenoisingPlan,
  { trained, coarse: known, clipped, ...request }: PixelRequest,
): Promise<number> {
  const coarse = coarsePlanes(plan)
  const { onProgress } = request
  // Tiles are counted anew in each part of the work, and shares of it told in thousandths.
  const part = (from: number, share: number) => (done: number, total: number) =>
    onProgress?.(Math.round(1000 * (from + (share * done) / total)), 1000)
  const first = coarse.length > 0 ? 1 - coarseShare : 1
  const used = await restoreFine(image, result, plan, { ...request, onProgress: part(0, first) })
  for (const [i, plane] of coarse.entries()) {
    const share = coarseShare / coarse.length
    const restored = await restoreCoarse(image, plane, plan, {
      trained,
      coarse: known,
      ...request,
      onProgress: part(first + i * share, share),
    })
    takeCoarse({ ...image, data: result }, plane, restored.data)
  }
  unclip({ ...image, data: result }, clipped ?? null)
  return used
}

/** An image at its own size alone. */
export function restoreFine(
  image: PixelImage,
  result: PixelImage['data'],
  { planes, gains, sigmas }: DenoisingPlan,
  request: Omit<RestoringRequest, 'sigmas'>,
): Promise<number> {
  return restoreWith(new PixelTiles(image, result, { planes, gains }), { ...request, sigmas })
}

/** A difference of colours, restored at half the size. */
export async function restoreCoarse(
  image: PixelImage,
  plane: 1 | 2,
  { gains, sigmas }: DenoisingPlan,
  { trained, coarse: known, ...request }: PixelRequest,
): Promise<PixelImage & { data: Float32Array }> {
  const noisy = coarseDifference(image, plane)
  const data = new Float32Array(noisy.data.length)
  const told = known === undefined ? estimateChannels(noisy)?.sigmas[0] : known?.[plane - 1]
  const sigma = told ?? toldSigma(sigmas[plane]) / gains[plane]! / 2
  const plan = planDenoising(request.model.spec, trained, [sigma])
  await restoreWith(new PixelTiles(noisy, data, plan), { ...request, sigmas: plan.sigmas })
  return { ...noisy, data }
}
