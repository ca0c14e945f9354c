import type { ModelSpec } from '../../../shared/modelSpec'
import type { NoiseSpec } from '../../../shared/noise'

/**
 * Wide enough to clean up strong noise, and down to a twelfth of the pixels. Nothing is darker than the black around a
 * letter, so the output is cut off below. The input is the dataset's.
 */
export const demoSpec = {
  name: 'letters',
  encoder: [
    { type: 'dense', units: 512, activation: 'leaky-relu' },
    { type: 'dense', units: 64, activation: 'linear' },
  ],
  output: { activation: 'relu', residual: false },
} satisfies Partial<ModelSpec>

/** Sigma 50: strong enough that anybody sees the difference, weak enough that a person can still read the letters. */
export const demoNoise: NoiseSpec = { kind: 'gaussian', min: 50, max: 50 }

export const demoTraining = {
  noise: demoNoise,
  batchSize: 64,
  optimizer: { learningRate: 0.003 },
  schedule: { name: 'cosine' },
} as const

/** As many as a map in two dimensions takes a few seconds for. */
const mostHeldOut = 2000

/** One for three to train on, and enough to show. */
export function heldOutCount(count: number): number {
  return Math.min(mostHeldOut, Math.max(12, Math.round(count / 3)))
}
