import { markCodes } from '../../../shared/api/anomalies'
import { rankedRows } from './oddRanking'

const steps = 200
const rate = 0.5
/** How strongly weights are held to 0, as so many marks that say nothing. */
const pull = 4

/**
 * Scores that follow the marks: a logistic regression on the ranks of the single scores learns which of them tell what a
 * person calls odd from what is not. Its weights are held to 0, where the ranking is as it was, so that a few marks change
 * little. The result has the same values as before, given to other images, so that a threshold keeps its meaning.
 *
 * @param parts the single scores by name
 */
export function rerankedScores(
  scores: Float64Array,
  parts: Readonly<Record<string, Float64Array>>,
  marks: Uint8Array,
): Float64Array {
  const marked = [...marks.keys()].filter((row) => marks[row] !== markCodes.none)
  const columns = Object.values(parts).filter((column) => column.every(Number.isFinite))
  if (marked.length === 0 || columns.length === 0) return scores
  const base = rankFeature(scores)
  const features = columns.map(rankFeature)
  const weights = learnedWeights(base, features, marked, marks)
  const sums = Float64Array.from(base, (value, row) =>
    features.reduce((sum, feature, i) => sum + weights[i]! * feature[row]!, value),
  )
  const values = scores.toSorted().reverse()
  const reranked = new Float64Array(scores.length)
  rankedRows(sums).forEach((row, place) => (reranked[row] = values[place]!))
  return reranked
}

/** −ln of the share of images that are at least as odd: 0 for the least odd, and steep where it matters. */
function rankFeature(column: Float64Array): Float64Array {
  const feature = new Float64Array(column.length)
  rankedRows(column).forEach((row, place) => (feature[row] = -Math.log((place + 1) / column.length)))
  return feature
}

/** Gradient descent on the mean log loss of base + weights · features + bias, with a quadratic pull to 0. */
function learnedWeights(
  base: Float64Array,
  features: readonly Float64Array[],
  marked: readonly number[],
  marks: Uint8Array,
): number[] {
  const weights = features.map(() => 0)
  let bias = -marked.reduce((sum, row) => sum + base[row]!, 0) / marked.length
  for (let step = 0; step < steps; step++) {
    const slopes = weights.map((weight) => (pull * weight) / (marked.length + pull))
    let slopeOfBias = 0
    for (const row of marked) {
      const sum = features.reduce((all, feature, i) => all + weights[i]! * feature[row]!, base[row]! + bias)
      const error = 1 / (1 + Math.exp(-sum)) - Number(marks[row] === markCodes.odd)
      for (const [i, feature] of features.entries()) slopes[i]! += (error * feature[row]!) / marked.length
      slopeOfBias += error / marked.length
    }
    const scale = rate / (1 + features.length)
    for (const [i, slope] of slopes.entries()) weights[i]! -= scale * slope
    bias -= rate * slopeOfBias
  }
  return weights
}
