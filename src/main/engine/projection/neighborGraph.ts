import { createUMAP } from 'embedding-atlas/umap'
import { type Fuzzy, fuzzyGraph } from './fuzzyGraph'

/** What NN-descent measures by. */
export type Metric = 'euclidean' | 'cosine'

/** What a layout starts from. */
export interface NeighborGraph extends Fuzzy {
  readonly count: number
  /** A spectral layout of the graph, count × components, within ±10: where points go that have no place yet. */
  readonly start: Float32Array
}

export interface NeighborOptions {
  readonly components: 2 | 3
  readonly neighbors: number
  readonly metric: Metric
  readonly seed: number
  /** Share of the work done, 0 to 1. */
  readonly onProgress?: (done: number) => void
}

/**
 * The nearest neighbours of each vector, by NN-descent (Dong, Moses, Li 2011) in WebAssembly, as UMAP's weighted graph,
 * and a spectral layout of it.
 *
 * @param data count × dimensions, all finite, 3 vectors or more
 */
export async function neighborGraph(
  data: Float32Array,
  dimensions: number,
  { components, neighbors, metric, seed, onProgress }: NeighborOptions,
): Promise<NeighborGraph> {
  const count = data.length / dimensions
  const nNeighbors = Math.max(2, Math.min(neighbors, count - 1))
  const progress = onProgress && ((done: number) => onProgress(done))
  const umap = await createUMAP(count, dimensions, components, data, { nNeighbors, metric, seed, progress })
  try {
    const graph = fuzzyGraph(umap.knnIndices, umap.knnDistances, count)
    return { count, start: Float32Array.from(umap.embedding), ...graph }
  } finally {
    umap.destroy()
  }
}
