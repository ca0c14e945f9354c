import type { Runtime } from '../runtimes/runtime'
import { NearestVectors } from './nearestVectors'

/** Neighbours whose distances count. */
export const neighbors = 5

export interface NeighborState {
  /** count × dimensions, of normal images */
  readonly vectors: Float32Array
  readonly dimensions: number
  /** Mean distance of each of them to its nearest. */
  readonly local: Float32Array
  /** Local distances count as this at least. */
  readonly floor: number
}

/**
 * How far a vector lies from those of normal images, put beside how far those lie from each other there: the mean distance
 * to the five nearest, divided by the root of the mean distance that they have to their own. Plain distances call odd
 * whatever is normal in more than one way; those of the local outlier factor (Breunig et al. 2000), which divide by all of
 * it, forget how far is far. Halfway between measures best.
 */
export class NeighborScore {
  private constructor(
    private readonly bank: NearestVectors,
    /** By which it is made again. */
    readonly state: NeighborState,
  ) {}

  static async create(
    runtime: Runtime,
    device: string | undefined,
    vectors: Float32Array,
    dimensions: number,
  ): Promise<NeighborScore> {
    const bank = await NearestVectors.create(runtime, device, vectors, dimensions)
    const own = Int32Array.from({ length: bank.count }, (_, i) => i)
    const local = meanDistances(await bank.distances(vectors, neighbors, own))
    // Of images that are the same many times over, the distance is 0.
    const typical = Float32Array.from(local).sort()[local.length >> 1] ?? 0
    return new NeighborScore(bank, { vectors, dimensions, local, floor: Math.max(typical / 10, 1e-6) })
  }

  static async restore(
    runtime: Runtime,
    device: string | undefined,
    state: NeighborState,
  ): Promise<NeighborScore> {
    const bank = await NearestVectors.create(runtime, device, state.vectors, state.dimensions)
    return new NeighborScore(bank, state)
  }

  /** @param own the row of the bank that each vector is; −1 where it is none of them */
  async of(vectors: Float32Array, own?: Int32Array): Promise<Float32Array> {
    const { local, floor } = this.state
    const found = await this.bank.distances(vectors, neighbors, own)
    const mean = meanDistances(found)
    for (let i = 0; i < mean.length; i++) {
      let around = 0
      for (let j = 0; j < found.k; j++) around += local[found.indices[i * found.k + j]!] ?? 0
      mean[i]! /= Math.sqrt(Math.max(around / found.k, floor))
    }
    return mean
  }

  async dispose(): Promise<void> {
    await this.bank.dispose()
  }
}

function meanDistances({
  k,
  distances,
}: {
  readonly k: number
  readonly distances: Float32Array
}): Float32Array {
  const means = new Float32Array(distances.length / k)
  for (let i = 0; i < distances.length; i++) means[Math.floor(i / k)]! += distances[i]! / k
  return means
}
