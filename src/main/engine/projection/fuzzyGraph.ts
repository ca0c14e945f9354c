/** Edges of a graph, each once in both directions: `heads[e]` and `tails[e]` belong together by `weights[e]`, 0..1. */
export interface Fuzzy {
  readonly heads: Int32Array
  readonly tails: Int32Array
  readonly weights: Float32Array
}

const rounds = 64
const closeEnough = 1e-5
/** Against widths that vanish: of the mean distance. */
const leastWidth = 1e-3

/**
 * The fuzzy simplicial set of UMAP (McInnes, Healy, Melville 2018, algorithms 2 to 4) from the neighbours of each point.
 *
 * @param indices count × k neighbours, nearest first; the point itself may be among them
 * @param distances count × k
 */
export function fuzzyGraph(indices: Int32Array, distances: Float32Array, count: number): Fuzzy {
  const k = indices.length / count
  const strengths = memberships(indices, distances, count, k)
  const heads = new Int32Array(2 * indices.length)
  const tails = new Int32Array(2 * indices.length)
  const weights = new Float32Array(2 * indices.length)
  let edges = 0
  for (let i = 0; i < count; i++) {
    for (let at = i * k; at < (i + 1) * k; at++) {
      const j = indices[at]!
      if (j === i || j < 0) continue
      const back = indices.subarray(j * k, (j + 1) * k).indexOf(i)
      // A pair that sees each other is taken from its first point.
      if (back >= 0 && j < i) continue
      const there = strengths[at]!
      const here = back < 0 ? 0 : strengths[j * k + back]!
      heads.set([i, j], edges)
      tails.set([j, i], edges)
      // The union of both views.
      weights.fill(there + here - there * here, edges, edges + 2)
      edges += 2
    }
  }
  return { heads: heads.slice(0, edges), tails: tails.slice(0, edges), weights: weights.slice(0, edges) }
}

/** How strongly each neighbour belongs to its point, 0..1; the nearest of all by 1. */
function memberships(indices: Int32Array, distances: Float32Array, count: number, k: number): Float32Array {
  const strengths = new Float32Array(indices.length)
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / Math.max(1, distances.length)
  for (let i = 0; i < count; i++) {
    const row = distances.subarray(i * k, (i + 1) * k)
    const nearest = row.find((distance) => distance > 0) ?? 0
    const width = widthOf(row, nearest, mean)
    for (let n = 0; n < k; n++) {
      const beyond = row[n]! - nearest
      strengths[i * k + n] = beyond <= 0 || width === 0 ? 1 : Math.exp(-beyond / width)
    }
  }
  return strengths
}

/** The width for which a point's neighbours, itself left out, add up to log2 k; by bisection. */
function widthOf(row: Float32Array, nearest: number, mean: number): number {
  const target = Math.log2(row.length)
  let [low, high, width] = [0, Infinity, 1]
  for (let round = 0; round < rounds; round++) {
    let sum = 0
    for (let n = 1; n < row.length; n++) {
      const beyond = row[n]! - nearest
      sum += beyond > 0 ? Math.exp(-beyond / width) : 1
    }
    if (Math.abs(sum - target) < closeEnough) break
    if (sum > target) high = width
    else low = width
    width = high === Infinity ? width * 2 : (low + high) / 2
  }
  const ownMean = row.reduce((sum, distance) => sum + distance, 0) / row.length
  return Math.max(width, leastWidth * (nearest > 0 ? ownMean : mean))
}
