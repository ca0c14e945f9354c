import { resolve } from 'node:path'
import type { RatingsMap } from '../../../shared/api/tables'
import type { Projection } from '../../../shared/api/latent'
import { readNames, readTriples } from '../../store/ratingsFiles'
import { checkTrained, type RatingsWork, titleOf } from './useRatings'

/** On a map of more than these nobody finds anything; those with most ratings are shown. */
const mostMapped = 10_000
/** So few have no neighbourhoods that a map could keep. */
const fewest = 12

/** Items or users as points of a plane: who lies close to whom by their codes. @throws ExpectedError */
export async function mapRatings(
  model: string,
  side: RatingsMap['side'],
  { client, signal }: RatingsWork,
): Promise<RatingsMap> {
  const folder = resolve(model)
  await checkTrained(folder)
  const names = await readNames(folder)
  const { codes, dimensions } = await client.call('ratingCodes', { folder, side }, { signal })
  const triples = await readTriples(folder)
  const total = names[side].length
  const [counts, sums] = [new Int32Array(total), new Float64Array(total)]
  triples[side].forEach((row, k) => {
    counts[row]!++
    sums[row]! += triples.values[k]!
  })
  const rows = mostRated(counts)
  const chosen = new Float32Array(rows.length * dimensions)
  rows.forEach((row, i) =>
    chosen.set(codes.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions),
  )
  const { points } = await client.call(
    'mapCodes',
    { codes: chosen, dimensions, projection: projectionOf(rows.length) },
    { signal },
  )
  return {
    side,
    total,
    points,
    names: Array.from(rows, (row) => names[side][row]!),
    titles: Array.from(rows, (row) => (side === 'items' ? titleOf(names, row) : null)),
    counts: Int32Array.from(rows, (row) => counts[row]!),
    means: Float32Array.from(rows, (row) => sums[row]! / Math.max(1, counts[row]!)),
  }
}

/** In their own order. */
function mostRated(counts: Int32Array): Uint32Array {
  const rows = Uint32Array.from(counts.keys())
  if (rows.length <= mostMapped) return rows
  return rows
    .sort((a, b) => counts[b]! - counts[a]!)
    .slice(0, mostMapped)
    .sort()
}

const projectionOf = (count: number): Projection =>
  count < fewest
    ? { method: 'pca', components: 2 }
    : {
        method: 'umap',
        components: 2,
        neighbors: Math.min(15, count - 1),
        minDistance: 0.1,
        metric: 'cosine',
        seed: 1,
      }
