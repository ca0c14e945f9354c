import { type InputShape, inputSize } from '../../../shared/modelSpec'
import type { ImageBatch } from './imageBatch'

/**
 * What each unit of a first layer looks for, as an image: grey (128) is a weight of zero, brighter is positive,
 * darker negative, each unit scaled by its own largest weight. Units with the largest norms come first.
 *
 * @param kernel inputs × units, row-major, where inputs = height × width × channels
 * @param count at most this many units
 */
export function kernelImages(kernel: Float32Array, shape: InputShape, count: number): ImageBatch {
  const inputs = inputSize(shape)
  const units = kernel.length / inputs
  return imagesOfUnits(kernel, shape, unitsByNorm(kernel, units).slice(0, count))
}

/** The same for given units, in their order. */
export function imagesOfUnits(kernel: Float32Array, shape: InputShape, shown: readonly number[]): ImageBatch {
  const inputs = inputSize(shape)
  const units = kernel.length / inputs
  const pixels = new Uint8Array(shown.length * inputs)
  for (const [image, unit] of shown.entries()) {
    let largest = 0
    for (let i = unit; i < kernel.length; i += units) largest = Math.max(largest, Math.abs(kernel[i]!))
    const scale = largest > 0 ? 127 / largest : 0
    for (let i = 0; i < inputs; i++)
      pixels[image * inputs + i] = Math.round(128 + kernel[i * units + unit]! * scale)
  }
  return { pixels, count: shown.length, shape }
}

/** Unit numbers, the largest Euclidean norm first; equals stay in order. */
function unitsByNorm(kernel: Float32Array, units: number): number[] {
  const squares = new Float64Array(units)
  for (let i = 0; i < kernel.length; i++) squares[i % units]! += kernel[i]! ** 2
  return Array.from(squares.keys()).sort((a, b) => squares[b]! - squares[a]!)
}
