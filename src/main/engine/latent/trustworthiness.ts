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
    for (const j of nearest(onMap, i, k)) penalty += Math.max(0, rankOf(inCode, i, j) - k)
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

/** The k nearest others. */
function nearest(distances: Float64Array, own: number, k: number): number[] {
  const held: number[] = []
  for (let j = 0; j < distances.length; j++) {
    if (j === own || (held.length === k && distances[j]! >= distances[held[k - 1]!]!)) continue
    let place = held.length < k ? held.length : k - 1
    for (; place > 0 && distances[held[place - 1]!]! > distances[j]!; place--) held[place] = held[place - 1]!
    held[place] = j
  }
  return held
}

/** From 1: how many others are as near as `j`, or nearer. */
function rankOf(distances: Float64Array, own: number, j: number): number {
  let rank = 1
  for (let other = 0; other < distances.length; other++)
    if (other !== own && other !== j && distances[other]! < distances[j]!) rank++
  return rank
}
