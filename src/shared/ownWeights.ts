import type { ModelSpec } from './modelSpec'

const decoderKernels = /^decoder\.\d+\.kernel$/

/**
 * What a model's own files hold of its weights, by name: each kernel and bias once. A tied decoder's kernels are left out,
 * since they are the encoder's, read the other way.
 */
export function ownWeights<T>(
  { tying, decoder, network }: ModelSpec,
  weights: Readonly<Record<string, T>>,
): Record<string, T> {
  const isTied = tying === 'tied' && decoder === 'mirror' && !network
  const names = Object.keys(weights).filter((name) => !isTied || !decoderKernels.test(name))
  return Object.fromEntries(names.map((name) => [name, weights[name]!]))
}
