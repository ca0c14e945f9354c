import type { ScoredImage } from '../../../shared/anomalies'
import { joinedFloats } from '../../../shared/pieces'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'

/** Codes that are all compared with each other. */
const mostCompared = 10_000
/** Codes this much nearer than those of neighbours usually are belong to the same image, or nearly so. */
const nearShare = 0.1

/** Says of each image whether an earlier one is the same or nearly the same, by their codes. */
export async function findDuplicates(
  images: readonly ScoredImage[],
  codes: readonly Float32Array[],
  client: ComputeClient,
  { runtime, device }: ComputeTarget,
): Promise<ScoredImage[]> {
  if (images.length < 2 || images.length > mostCompared) return [...images]
  const all = joinedFloats(codes)
  if (all.length === 0) return [...images]
  const params = { codes: all, dimensions: all.length / images.length, runtime, device }
  const { nearest, distances } = await client.call('nearestOfEach', params, {
    transfer: [all.buffer],
  })
  const usual = Float32Array.from(distances).sort()[distances.length >> 1]!
  return images.map((image, i) => {
    const other = nearest[i]!
    if (other < 0 || other >= i || distances[i]! > nearShare * usual) return image
    return { ...image, duplicateOf: images[other]!.index, duplicateDistance: distances[i]! }
  })
}
