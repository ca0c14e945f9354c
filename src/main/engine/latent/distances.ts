import type { CodeMetric } from '../../../shared/api/latent'

/** From one code to the one that begins at `at` in many. */
type Distance = (code: Float32Array, codes: Float32Array, at: number) => number

/** `cosine` is 1 − cos of their angle, for lengths that do not matter. */
const distances: Record<CodeMetric, Distance> = {
  euclidean(code, codes, at) {
    let squares = 0
    for (let i = 0; i < code.length; i++) {
      const difference = code[i]! - codes[at + i]!
      squares += difference * difference
    }
    return Math.sqrt(squares)
  },
  manhattan(code, codes, at) {
    let sum = 0
    for (let i = 0; i < code.length; i++) sum += Math.abs(code[i]! - codes[at + i]!)
    return sum
  },
  cosine(code, codes, at) {
    let [dot, own, other] = [0, 0, 0]
    for (let i = 0; i < code.length; i++) {
      const [a, b] = [code[i]!, codes[at + i]!]
      dot += a * b
      own += a * a
      other += b * b
    }
    // A code of zeros points nowhere: it is as far from all others as can be, and at itself.
    if (own === 0 || other === 0) return own === other ? 0 : 1
    return Math.max(0, 1 - dot / Math.sqrt(own * other))
  },
}

export interface Neighbors {
  /** Nearest first; of equal ones the earlier first. */
  readonly indices: Uint32Array
  readonly distances: Float32Array
}

/**
 * The nearest codes by looking at all of them. A code that is not finite is nobody's neighbour.
 *
 * @param codes count × code.length
 * @param leftOut a row that is not looked at, such as the code's own; −1 for none
 */
export function nearestCodes(
  codes: Float32Array,
  code: Float32Array,
  k: number,
  metric: CodeMetric,
  leftOut = -1,
): Neighbors {
  const distance = distances[metric]
  const count = codes.length / code.length
  const indices: number[] = []
  const found: number[] = []
  for (let row = 0; row < count; row++) {
    if (row === leftOut) continue
    const far = distance(code, codes, row * code.length)
    if (!(far < (found.length < k ? Infinity : found[k - 1]!))) continue
    let place = found.length
    while (place > 0 && found[place - 1]! > far) place--
    found.splice(place, 0, far)
    indices.splice(place, 0, row)
    if (found.length > k) {
      found.pop()
      indices.pop()
    }
  }
  return { indices: Uint32Array.from(indices), distances: Float32Array.from(found) }
}
