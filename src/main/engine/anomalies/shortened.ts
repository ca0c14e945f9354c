import { randomStream } from '../training/random'

/** Codes longer than this are compared by so many sums of their numbers. */
const mostDimensions = 256

/**
 * Long vectors as shorter ones between which distances are about the same (Weinberger et al. 2009, "Feature hashing
 * for large scale multitask learning"): each number is added to one place, with a random sign.
 */
export function shortened(vectors: Float32Array, dimensions: number): [Float32Array, number] {
  if (dimensions <= mostDimensions) return [vectors, dimensions]
  const random = randomStream(1, dimensions)
  const places = Uint16Array.from({ length: dimensions }, () => random.below(mostDimensions))
  const signs = Float32Array.from({ length: dimensions }, () => (random.uniform() < 0.5 ? -1 : 1))
  const count = vectors.length / dimensions
  const out = new Float32Array(count * mostDimensions)
  for (let row = 0; row < count; row++)
    for (let i = 0; i < dimensions; i++)
      out[row * mostDimensions + places[i]!]! += signs[i]! * vectors[row * dimensions + i]!
  return [out, mostDimensions]
}
