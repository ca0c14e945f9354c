import { orthonormal } from '../projection/leadingAxes'
import { randomStream } from '../training/random'
import type { FeatureRows } from './tableFeatures'

/** A mean and some orthonormal axes, components × width. */
export interface TablePca {
  readonly mean: Float32Array
  readonly axes: readonly Float32Array[]
}

export interface IterativePcaOptions {
  readonly components: number
  readonly sweeps?: number
  readonly seed?: number
  /** Between two sweeps. @throws to end the work */
  readonly onSweep?: (() => void) | undefined
}

/** Below this change of what is filled in, in units of the columns, more sweeps bring nothing. */
const settled = 1e-4

/**
 * PCA of rows with missing values (Kiers 1997; Josse & Husson 2012, iterative PCA): what is missing is filled in by the
 * components, and the components are found anew from what is filled in, by one step of orthogonal iteration each time.
 */
export function iterativePca(
  { rows, width, values }: FeatureRows,
  { components, sweeps = 120, seed = 1, onSweep }: IterativePcaOptions,
): TablePca {
  const random = randomStream(seed, 0x504341)
  const filled = values.map((value) => (Number.isNaN(value) ? 0 : value))
  const mean = new Float32Array(width)
  let axes = orthonormal(
    Array.from({ length: components }, () => Float32Array.from({ length: width }, () => random.normal())),
  )
  for (let sweep = 0; sweep < sweeps; sweep++) {
    meanOf(filled, width, mean)
    const sums = axes.map(() => new Float32Array(width))
    const codes = new Float32Array(rows * axes.length)
    for (let row = 0; row < rows; row++)
      axes.forEach((axis, k) => {
        let code = 0
        for (let f = 0, at = row * width; f < width; f++, at++) code += (filled[at]! - mean[f]!) * axis[f]!
        codes[row * axes.length + k] = code
        const sum = sums[k]!
        for (let f = 0, at = row * width; f < width; f++, at++) sum[f]! += (filled[at]! - mean[f]!) * code
      })
    axes = orthonormal(sums)
    // The first sweeps turn the axes; filling in by axes that are still arbitrary would only mislead them.
    if (sweep >= 3 && refill(filled, values, { mean, axes }, width) < settled && sweep > 12) break
    onSweep?.()
  }
  return { mean, axes }
}

function meanOf(values: Float32Array, width: number, mean: Float32Array): void {
  const sums = new Float64Array(width)
  for (let at = 0; at < values.length; at++) sums[at % width]! += values[at]!
  for (let f = 0; f < width; f++) mean[f] = (sums[f]! * width) / values.length
}

/** Puts in what the components say of what is missing. @returns the root mean square of the change */
function refill(filled: Float32Array, given: Float32Array, pca: TablePca, width: number): number {
  let [squares, count] = [0, 0]
  const output = new Float32Array(width)
  for (let start = 0; start < filled.length; start += width) {
    const row = filled.subarray(start, start + width)
    let isMade = false
    for (let f = 0; f < width; f++) {
      if (!Number.isNaN(given[start + f]!)) continue
      if (!isMade) throughAxes(pca, row.slice(), output)
      isMade = true
      squares += (output[f]! - row[f]!) ** 2
      count++
      row[f] = output[f]!
    }
  }
  return count === 0 ? 0 : Math.sqrt(squares / count)
}

/** mean + Σ axis · (axis · (row − mean)) */
function throughAxes({ mean, axes }: TablePca, row: Float32Array, output: Float32Array): void {
  output.set(mean)
  for (const axis of axes) {
    let code = 0
    for (let f = 0; f < row.length; f++) code += (row[f]! - mean[f]!) * axis[f]!
    for (let f = 0; f < row.length; f++) output[f]! += code * axis[f]!
  }
}

/** What the components make of rows, after filling in what is missing so often that it settles. Rows × width. */
export function reconstructWithPca(pca: TablePca, { width, values }: FeatureRows, most = 100): Float32Array {
  const outputs = new Float32Array(values.length)
  const row = new Float32Array(width)
  const output = new Float32Array(width)
  for (let start = 0; start < values.length; start += width) {
    for (let f = 0; f < width; f++) {
      const given = values[start + f]!
      row[f] = Number.isNaN(given) ? pca.mean[f]! : given
    }
    for (let time = 0; time < most; time++) {
      throughAxes(pca, row, output)
      let change = 0
      for (let f = 0; f < width; f++) {
        if (!Number.isNaN(values[start + f]!)) continue
        change = Math.max(change, Math.abs(output[f]! - row[f]!))
        row[f] = output[f]!
      }
      if (change < settled) break
    }
    outputs.set(output, start)
  }
  return outputs
}
