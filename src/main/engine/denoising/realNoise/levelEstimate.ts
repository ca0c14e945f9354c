import { z } from 'zod'

/**
 * A small network from features of a picture to the levels of its noise: features are centred and scaled, one hidden layer
 * of ReLU, a second one, and the logarithms of the two levels.
 */
export const levelNetworkSchema = z.object({
  version: z.literal(1),
  means: z.array(z.number()),
  deviations: z.array(z.number()),
  /** Kernels are inputs × units, row by row. */
  layers: z.array(z.object({ kernel: z.array(z.number()), bias: z.array(z.number()) })).min(1),
})
export type LevelNetwork = z.infer<typeof levelNetworkSchema>

/** Levels are learned as logarithms of level + offset, on the 0-255 scale: below it, more or less is all the same. */
export const levelOffset = 0.5

/** How far a feature may be from its mean, in standard deviations: what was never seen is taken for the most that was. */
const farthest = 4

/** Of what it was trained on, some has this much noise; beyond it says nothing. On the 0-255 scale. */
const mostNoise = 60

export const scaledFeature = (value: number, mean: number, deviation: number): number =>
  Math.min(farthest, Math.max(-farthest, (value - mean) / deviation))

/** @returns standard deviations of the noise in brightness and in differences of colours, on the 0-255 scale */
export function estimateLevels(
  { means, deviations, layers }: LevelNetwork,
  features: Float32Array,
): { brightness: number; color: number } {
  let values = Float64Array.from(features, (value, i) => scaledFeature(value, means[i]!, deviations[i]!))
  layers.forEach(({ kernel, bias }, layer) => {
    const sums = Float64Array.from(bias)
    values.forEach((value, i) => {
      for (let unit = 0; unit < sums.length; unit++) sums[unit]! += value * kernel[i * sums.length + unit]!
    })
    values = layer < layers.length - 1 ? sums.map((sum) => Math.max(0, sum)) : sums
  })
  const [brightness, color] = Array.from(values, (value) =>
    Math.min(mostNoise, Math.max(0, Math.exp(value) - levelOffset)),
  )
  return { brightness: brightness!, color: color! }
}
