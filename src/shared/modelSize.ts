import { countTrained, type ModelSpec } from './modelSpec'

const bytesEach = 4

/** Bytes of a model's kernels and biases as float32, as its file holds them: a tied kernel once, a copied one twice. */
export function weightBytes(spec: ModelSpec): number {
  const isCopied = spec.decoder === 'mirror' && (spec.tying === 'copied' || spec.tying === 'pseudo-inverse')
  return bytesEach * countTrained(isCopied ? { ...spec, tying: 'untied' } : spec)
}

/** What the weights of a tied model would take if it were untied; null for any other model. */
export function untiedBytes(spec: ModelSpec): number | null {
  if (spec.tying !== 'tied' || spec.decoder !== 'mirror' || spec.network) return null
  return bytesEach * countTrained({ ...spec, tying: 'untied' })
}
