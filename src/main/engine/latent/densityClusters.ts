import { randomStream, shuffle } from '../training/random'
import { hdbscan } from './hdbscan'
import { rowsOf } from './statistics'

/** Time grows with its square: 5,000 codes of 49 numbers take some seconds. */
const largestSample = 5000
/** Differences of numbers that are looked at, so that longer codes take as long. */
const mostDifferences = 2.5e9

/**
 * HDBSCAN of a sample of at most 5,000 codes, fewer of long ones. Each other code goes to the cluster of the one that it is nearest to by
 * mutual reachability, if it is as near as that cluster holds together, else to none.
 *
 * @param codes count × dimensions, all finite
 * @returns −1 for none
 */
export function clusterByDensity(
  codes: Float32Array,
  dimensions: number,
  minSize: number,
  seed: number,
  onProgress: (done: number) => void,
): Int32Array {
  const count = codes.length / dimensions
  const order = shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
    randomStream(seed),
  )
  const most = Math.min(largestSample, Math.floor(Math.sqrt(mostDifferences / dimensions)))
  const chosen = order.slice(0, most).sort()
  const share = chosen.length / count
  const sample = rowsOf(codes, dimensions, chosen)
  // In a part of the images a cluster is smaller by as much.
  const options = { minSize: Math.max(2, Math.round(minSize * share)), onProgress }
  const found = hdbscan(sample, dimensions, options)
  if (share === 1) return found.clusters
  const clusters = new Int32Array(count).fill(-1)
  for (let row = 0; row < count; row++) {
    let [least, nearest] = [Infinity, 0]
    for (let j = 0; j < chosen.length; j++) {
      const far = Math.max(distance(codes, row, sample, j, dimensions), found.core[j]!)
      if (far < least) [least, nearest] = [far, j]
    }
    const cluster = found.clusters[nearest]!
    if (cluster >= 0 && least <= found.reach[cluster]!) clusters[row] = cluster
    if (row % 256 === 0) onProgress(1)
  }
  chosen.forEach((row, i) => (clusters[row] = found.clusters[i]!))
  return clusters
}

function distance(a: Float32Array, i: number, b: Float32Array, j: number, dimensions: number): number {
  let sum = 0
  for (let k = 0; k < dimensions; k++) sum += (a[i * dimensions + k]! - b[j * dimensions + k]!) ** 2
  return Math.sqrt(sum)
}
