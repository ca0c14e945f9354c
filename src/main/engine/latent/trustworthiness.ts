/**
 * How far the k nearest neighbours on a map are neighbours in the code too: 1 all of them, 0 none (Venna & Kaski 2001).
 * Looks at all pairs, so some thousand points are what it is for.
 *
 * @param codes count × dimensions @param places count × components @param k less than half of count
 */
export function trustworthiness(
  codes: Float32Array,
  dimensions: number,
  places: Float32Array,
  components: number,
  k: number,
): number {
  const count = codes.length / dimensions
  const inCode = new Float64Array(count)
  const onMap = new Float64Array(count)
  let penalty = 0
  for (let i = 0; i < count; i++) {
    squaredDistances(codes, dimensions, i, inCode)
    squaredDistances(places, components, i, onMap)
    const order = ranked(inCode, i)
    const rank = new Int32Array(count)
    order.forEach((j, at) => (rank[j] = at + 1))
    for (const j of ranked(onMap, i).subarray(0, k)) penalty += Math.max(0, rank[j]! - k)
  }
  return 1 - (2 / (count * k * (2 * count - 3 * k - 1))) * penalty
}

function squaredDistances(values: Float32Array, dimensions: number, i: number, into: Float64Array): void {
  for (let j = 0; j < into.length; j++) {
    let sum = 0
    for (let d = 0; d < dimensions; d++) {
      const difference = values[i * dimensions + d]! - values[j * dimensions + d]!
      sum += difference * difference
    }
    into[j] = sum
  }
}

/** All others, nearest first. */
function ranked(distances: Float64Array, own: number): Int32Array {
  const order = Int32Array.from(distances.keys()).filter((j) => j !== own)
  return order.sort((a, b) => distances[a]! - distances[b]!)
}
