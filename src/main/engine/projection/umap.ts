import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { fitCurve } from './curve'
import { layOut } from './layout'
import { type Metric, neighborGraph } from './neighborGraph'

/** How long the thread may be busy before it lets messages in, among them the one that asks it to stop. */
const turnMs = 50
/** Share of the work that finding neighbours is. */
const neighborShare = 0.3
const smallCount = 10_000
/** A layout that begins from the one before has less far to go. */
const warmRate = 0.25

export interface UmapOptions {
  /** The same seed gives the same picture. */
  readonly seed: number
  readonly components?: 2 | 3
  /** Neighbours that count as near: fewer show detail, more show the whole. */
  readonly neighbors?: number
  /** How close points may lie, 0 to 1. */
  readonly minDistance?: number
  readonly metric?: Metric
  /** Places to begin from, count × components: those of an earlier layout of the same points. */
  readonly start?: Float32Array | null
  readonly epochs?: number
  /** Share of the work done, 0 to 1. */
  readonly onProgress?: (done: number) => void
  readonly isStopped?: () => boolean
}

/**
 * A map where near stays near (McInnes, Healy, Melville 2018). 10,000 vectors of 49 numbers take seconds, 50,000 less
 * than a minute on two cores.
 *
 * @param data count × dimensions, all finite
 * @returns count × components
 * @throws ExpectedError for fewer than 3 vectors
 * @throws CancelledError when stopped between epochs
 */
export async function projectUmap(
  data: Float32Array,
  dimensions: number,
  options: UmapOptions,
): Promise<Float32Array> {
  const { seed, components = 2, neighbors = 15, minDistance = 0.1, metric = 'euclidean', start } = options
  const { onProgress, isStopped = () => false } = options
  const count = data.length / dimensions
  if (count < 3) throw new ExpectedError('bad-input', sentence('latent.mapNeedsThree'))
  const throwIfStopped = () => {
    if (isStopped()) throw new CancelledError('The map was stopped before it was done.')
  }
  throwIfStopped()
  const graph = await neighborGraph(data, dimensions, {
    components,
    neighbors,
    metric,
    seed,
    onProgress: (done) => onProgress?.(neighborShare * Math.min(1, done)),
  })
  throwIfStopped()
  const epochs = options.epochs ?? (start ? 100 : count <= smallCount ? 500 : 200)
  const places = start?.length === graph.start.length ? start.slice() : graph.start
  const learningRate = start ? warmRate : 1
  const layout = { components, curve: fitCurve(minDistance), epochs, learningRate, seed }
  let turnEnds = performance.now() + turnMs
  for (const epoch of layOut(places, graph, layout)) {
    if (performance.now() < turnEnds && epoch < epochs) continue
    onProgress?.(neighborShare + (1 - neighborShare) * (epoch / epochs))
    await new Promise((resolve) => setImmediate(resolve))
    throwIfStopped()
    turnEnds = performance.now() + turnMs
  }
  return places
}
