import { z } from 'zod'

/**
 * Small networks from features of a picture to the levels of its noise: features are centred and scaled, two hidden layers of
 * ReLU, the logarithms of the two levels, and what a denoiser of white noise has to be told to come nearest to the clean picture.
 * What several of them say of a picture unlike those they learned on differs, and the mean is nearer to the truth.
 */
export const levelNetworkSchema = z.object({
  version: z.literal(2),
  means: z.array(z.number()),
  deviations: z.array(z.number()),
  /** Layers of each; kernels are inputs × units, row by row. */
  networks: z
    .array(z.array(z.object({ kernel: z.array(z.number()), bias: z.array(z.number()) })).min(1))
    .min(1),
})
export type LevelNetwork = z.infer<typeof levelNetworkSchema>

/** Of brightness and of the differences of colours, on the 0-255 scale. */
export interface EstimatedLevels {
  readonly brightness: number
  readonly color: number
  /** What a denoiser of white noise is to be told of each, as a step: see toldSigma. */
  readonly told: { readonly brightness: number; readonly color: number }
}

/** Levels are learned as logarithms of level + offset, on the 0-255 scale: below it, more or less is all the same. */
export const levelOffset = 0.5

/** Step 0 leaves a picture as it is, step 1 is a sigma of 1, and each further step so many times as much. */
const toldGrowth = 1.6
export const toldSteps = 11

/** @returns sigma on the 0-255 scale, which a denoiser of white noise is told */
export const toldSigma = (step: number): number => (step < 1 ? step : toldGrowth ** (step - 1))

/** How far a feature may be from its mean, in standard deviations: what was never seen is taken for the most that was. */
const farthest = 4

/** Of what it was trained on, some has this much noise; beyond it says nothing. On the 0-255 scale. */
const mostNoise = 60

export const scaledFeature = (value: number, mean: number, deviation: number): number =>
  Math.min(farthest, Math.max(-farthest, (value - mean) / deviation))

const within = (value: number, most: number) => Math.min(most, Math.max(0, value))

export function estimateLevels(
  { means, deviations, networks }: LevelNetwork,
  features: Float32Array,
): EstimatedLevels {
  const scaled = Float64Array.from(features, (value, i) => scaledFeature(value, means[i]!, deviations[i]!))
  const found = networks.map((layers) => outputOf(layers, scaled))
  const output = (k: number) => found.reduce((sum, values) => sum + values[k]!, 0) / found.length
  const level = (k: number) => within(Math.exp(output(k)) - levelOffset, mostNoise)
  const step = (k: number) => within(output(k), toldSteps - 1)
  return { brightness: level(0), color: level(1), told: { brightness: step(2), color: step(3) } }
}

function outputOf(layers: LevelNetwork['networks'][number], features: Float64Array): Float64Array {
  return layers.reduce((values, { kernel, bias }, layer) => {
    const sums = Float64Array.from(bias)
    values.forEach((value, i) => {
      for (let unit = 0; unit < sums.length; unit++) sums[unit]! += value * kernel[i * sums.length + unit]!
    })
    return layer < layers.length - 1 ? sums.map((sum) => Math.max(0, sum)) : sums
  }, features)
}
