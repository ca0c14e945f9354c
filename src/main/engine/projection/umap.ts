import { UMAP } from 'umap-js'
import { CancelledError, ExpectedError } from '../../../shared/errors'

/** How long the thread may be busy before it lets messages in, among them the one that asks it to stop. */
const turnMs = 50

export type UmapOptions = {
  /** Uniform in [0, 1). The same numbers give the same picture. */
  random: () => number
  /** Neighbours that count as near: fewer show detail, more show the whole. */
  neighbors?: number
  /** How close points may lie, 0 to 1. */
  minDistance?: number
  /** Share of the layout done, 0 to 1. */
  onProgress?: (done: number) => void
  signal?: AbortSignal
}

/**
 * A map in two dimensions where near stays near (McInnes, Healy, Melville 2018), by umap-js. Good for some thousand
 * vectors: 3,000 take seconds.
 *
 * @param data count × dimensions
 * @returns count × 2
 * @throws ExpectedError for fewer than 3 vectors
 * @throws CancelledError when stopped between epochs
 */
export async function projectUmap(
  data: Float32Array,
  dimensions: number,
  { random, neighbors = 15, minDistance = 0.1, onProgress, signal }: UmapOptions,
): Promise<Float32Array> {
  const count = data.length / dimensions
  if (count < 3) throw new ExpectedError('bad-input', 'A map needs three images or more.')
  const rows = Array.from({ length: count }, (_, i) =>
    Array.from(data.subarray(i * dimensions, (i + 1) * dimensions)),
  )
  throwIfStopped(signal)
  const umap = new UMAP({ nNeighbors: Math.min(neighbors, count - 1), minDist: minDistance, random })
  const epochs = umap.initializeFit(rows)
  let turnEnds = performance.now() + turnMs
  for (let epoch = 1; epoch <= epochs; epoch++) {
    umap.step()
    if (performance.now() < turnEnds && epoch < epochs) continue
    onProgress?.(epoch / epochs)
    await new Promise((resolve) => setImmediate(resolve))
    throwIfStopped(signal)
    turnEnds = performance.now() + turnMs
  }
  return Float32Array.from(umap.getEmbedding().flat())
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError('The map was stopped before it was done.')
}
