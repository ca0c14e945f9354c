import { sub } from '../graph/ops/arithmetic'
import { matmul } from '../graph/ops/matmul'
import { placeholder } from '../graph/ops/placeholder'
import { BATCH } from '../graph/tensor'
import { createVariable } from '../graph/variable'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'

/** Vectors that are compared at once. */
const batch = 256

/**
 * Mean distances to the nearest of many vectors, by looking at all of them: |q − b|² = |q|² + (|b|² − 2·q·b), of which
 * the part in brackets is one product of matrices in the runtime. The caller disposes of it.
 */
export class NearestVectors {
  private constructor(
    private readonly compiled: CompiledProgram,
    readonly count: number,
    private readonly dimensions: number,
  ) {}

  /** @param bank count × dimensions */
  static async create(
    runtime: Runtime,
    device: string | undefined,
    bank: Float32Array,
    dimensions: number,
  ): Promise<NearestVectors> {
    const count = bank.length / dimensions
    const doubled = createVariable('bank', [dimensions, count])
    const lengths = createVariable('lengths', [count])
    const products = matmul(placeholder('vectors', [BATCH, dimensions]), doubled.value, false, false)
    const fn = { name: 'compare', outputs: { parts: sub(lengths.value, products) } }
    const compiled = await runtime.compile({ variables: [doubled, lengths], functions: [fn] }, device)
    await compiled.write(bankFactors(bank, dimensions))
    return new NearestVectors(compiled, count, dimensions)
  }

  /**
   * @param vectors count × dimensions
   * @param own the row of the bank that each of them is, which is left out; −1 where it is none of them
   */
  async distances(vectors: Float32Array, k: number, own?: Int32Array): Promise<NearestDistances> {
    const total = vectors.length / this.dimensions
    const kept = Math.max(1, Math.min(k, this.count))
    const found = {
      k: kept,
      indices: new Int32Array(total * kept),
      distances: new Float32Array(total * kept),
    }
    for (let first = 0; first < total; first += batch) {
      const some = vectors.subarray(first * this.dimensions, (first + batch) * this.dimensions)
      const rows = some.length / this.dimensions
      const feeds = { vectors: { shape: [rows, this.dimensions], data: some } }
      const parts = (await this.compiled.run('compare', feeds)).parts!.data as Float32Array
      for (let i = 0; i < rows; i++) {
        const squares = squaredLength(some, i, this.dimensions)
        const at = (first + i) * kept
        const [indices, distances] = [
          found.indices.subarray(at, at + kept),
          found.distances.subarray(at, at + kept),
        ]
        smallest(
          parts.subarray(i * this.count, (i + 1) * this.count),
          own?.[first + i] ?? -1,
          indices,
          distances,
        )
        for (let j = 0; j < kept; j++) distances[j] = Math.sqrt(Math.max(0, squares + distances[j]!))
      }
    }
    return found
  }

  async dispose(): Promise<void> {
    await this.compiled.dispose()
  }
}

/** Of each vector b of a bank 2·b, dimensions × count, and |b|². @param vectors count × dimensions */
export function bankFactors(
  vectors: Float32Array,
  dimensions: number,
): { bank: Float32Array; lengths: Float32Array } {
  const count = vectors.length / dimensions
  const [bank, lengths] = [new Float32Array(vectors.length), new Float32Array(count)]
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < dimensions; i++) bank[i * count + row] = 2 * vectors[row * dimensions + i]!
    lengths[row] = squaredLength(vectors, row, dimensions)
  }
  return { bank, lengths }
}

/** Of each vector its k nearest, the nearest first. */
export interface NearestDistances {
  readonly k: number
  /** count × k */
  readonly indices: Int32Array
  readonly distances: Float32Array
}

/** Fills `best` with the smallest values, ascending, and `indices` with their places. */
function smallest(values: Float32Array, leftOut: number, indices: Int32Array, best: Float32Array): void {
  best.fill(Infinity)
  indices.fill(-1)
  const last = best.length - 1
  // Of many values few are taken: what they are compared with stays in a variable, which is three times as fast.
  let worst = Infinity
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value >= worst || i === leftOut) continue
    let at = last
    for (; at > 0 && best[at - 1]! > value; at--) {
      best[at] = best[at - 1]!
      indices[at] = indices[at - 1]!
    }
    best[at] = value
    indices[at] = i
    worst = best[last]!
  }
  // With fewer vectors than were asked for, the furthest counts for those that are missing.
  for (let i = 0; i <= last; i++)
    if (best[i] === Infinity) [best[i], indices[i]] = [i > 0 ? best[i - 1]! : 0, i > 0 ? indices[i - 1]! : -1]
}

function squaredLength(vectors: Float32Array, row: number, dimensions: number): number {
  let sum = 0
  for (let i = row * dimensions; i < (row + 1) * dimensions; i++) sum += vectors[i]! ** 2
  return sum
}
