import { kmeans } from 'ml-kmeans'
import { randomStream, shuffle } from '../training/random'

const largestSample = 10_000
const mostRounds = 100

/**
 * k-means (Lloyd 1982) from k-means++ (Arthur & Vassilvitskii 2007), found on an even sample of at most 10,000 codes;
 * every code then goes to the nearest centre.
 *
 * @param codes count × dimensions, all finite, count ≥ k
 */
export function clusterKMeans(codes: Float32Array, dimensions: number, k: number, seed: number): Int32Array {
  const count = codes.length / dimensions
  const rows = Uint32Array.from({ length: count }, (_, i) => i)
  const sample = shuffle(rows, randomStream(seed)).subarray(0, largestSample)
  const data = Array.from(sample, (row) =>
    Array.from(codes.subarray(row * dimensions, (row + 1) * dimensions)),
  )
  const found = kmeans(data, k, { seed, initialization: 'kmeans++', maxIterations: mostRounds })
  const centers = Float32Array.from(found.centroids.flat())
  return nearestCenters(codes, dimensions, centers)
}

/** The nearest center of each code. */
function nearestCenters(codes: Float32Array, dimensions: number, centers: Float32Array): Int32Array {
  const count = codes.length / dimensions
  const nearest = new Int32Array(count)
  for (let row = 0; row < count; row++) {
    let least = Infinity
    for (let center = 0; center < centers.length / dimensions; center++) {
      let far = 0
      for (let i = 0; i < dimensions; i++) {
        const difference = codes[row * dimensions + i]! - centers[center * dimensions + i]!
        far += difference * difference
      }
      if (far < least) [least, nearest[row]] = [far, center]
    }
  }
  return nearest
}
