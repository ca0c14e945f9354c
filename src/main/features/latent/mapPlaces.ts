import type { LinearMap } from './tasks/latentTasks'

/** Points of the map whose codes are mixed where it cannot be read backwards. */
const mixed = 8

/** A code's place on a linear map. */
export function placeOnLinear({ mean, axes }: LinearMap, code: Float32Array): Float32Array {
  const place = new Float32Array(axes.length / mean.length)
  for (let c = 0; c < place.length; c++)
    for (let i = 0; i < mean.length; i++) place[c]! += (code[i]! - mean[i]!) * axes[c * mean.length + i]!
  return place
}

/**
 * The code at a place of a linear map whose axes are orthonormal: what the map does not show is as in `rest`.
 * @param rest a code, such as the mean of all
 */
export function codeOnLinear(linear: LinearMap, place: Float32Array, rest: Float32Array): Float32Array {
  const own = placeOnLinear(linear, rest)
  const code = rest.slice()
  for (let c = 0; c < place.length; c++)
    for (let i = 0; i < code.length; i++)
      code[i]! += (place[c]! - own[c]!) * linear.axes[c * code.length + i]!
  return code
}

/**
 * A code for a place of any map: the mean of the codes of the nearest points, weighted by 1 / d² (Shepard 1968), so that
 * at a point it is that point's own.
 * @param points count × components, NaN for points without a place
 */
export function codeAmongNeighbors(
  points: Float32Array,
  codes: Float32Array,
  dimensions: number,
  place: Float32Array,
): { readonly code: Float32Array; readonly neighbors: Int32Array } {
  const nearest = nearestPlaces(points, place, mixed)
  const weights = nearest.map(({ squared }) => 1 / Math.max(squared, 1e-12))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const code = new Float32Array(dimensions)
  nearest.forEach(({ point }, n) => {
    for (let i = 0; i < dimensions; i++) code[i]! += (weights[n]! / sum) * codes[point * dimensions + i]!
  })
  return { code, neighbors: Int32Array.from(nearest, ({ point }) => point) }
}

/** A place among the places of a code's neighbours, the nearer ones counting more. Those without a place do not count. */
export function placeAmong(
  points: Float32Array,
  components: number,
  indices: Int32Array,
  distances: Float32Array,
): Float32Array {
  const place = new Float32Array(components)
  const least = distances[0] ?? 0
  const width = (distances.at(-1) ?? 0) - least || 1
  let sum = 0
  indices.forEach((point, n) => {
    if (!Number.isFinite(points[point * components]!)) return
    const weight = distances[n] === 0 ? 1e6 : Math.exp((-4 * (distances[n]! - least)) / width)
    sum += weight
    for (let c = 0; c < components; c++) place[c]! += weight * points[point * components + c]!
  })
  return place.map((value) => value / sum)
}

function nearestPlaces(points: Float32Array, place: Float32Array, k: number) {
  const components = place.length
  const found: { point: number; squared: number }[] = []
  for (let point = 0; point < points.length / components; point++) {
    let squared = 0
    for (let c = 0; c < components; c++) squared += (points[point * components + c]! - place[c]!) ** 2
    // Not less for NaN either.
    if (!(squared < (found.length < k ? Infinity : found[k - 1]!.squared))) continue
    found.push({ point, squared })
    found.sort((a, b) => a.squared - b.squared)
    found.length = Math.min(k, found.length)
  }
  return found
}
