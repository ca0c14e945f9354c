import type { ScoredImage } from '../../../shared/anomalies'
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
  const size = codes.reduce((sum, { length }) => sum + length, 0)
  if (size === 0 || images.length < 2 || images.length > mostCompared) return [...images]
  const all = new Float32Array(size)
  let at = 0
  for (const part of codes) {
    all.set(part, at)
    at += part.length
  }
  const params = { codes: all, dimensions: size / images.length, runtime, device }
  const { nearest, distances } = await client.call('nearestOfEach', params, {
    transfer: [all.buffer as ArrayBuffer],
  })
  const usual = Float32Array.from(distances).sort()[distances.length >> 1]!
  return images.map((image, i) => {
    const other = nearest[i]!
    if (other < 0 || other >= i || distances[i]! > nearShare * usual) return image
    return { ...image, duplicateOf: images[other]!.index, duplicateDistance: distances[i]! }
  })
}
