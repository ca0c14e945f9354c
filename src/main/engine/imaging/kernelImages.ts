import { type InputShape, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import type { ImageBatch } from '../../../shared/imageBatch'

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

/**
 * The kernel of a first layer as it lies on the image: inputs × units, and the size of what a unit sees. A convolution's
 * filter sees kernel × block pixels a side; the noise level, which is no pixel, is left out.
 */
export function kernelPixels(
  { input, encoder, block }: ModelSpec,
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array },
): { values: Float32Array; shape: InputShape } {
  const [first] = encoder
  if (first!.type !== 'conv') return { values: data, shape: input }
  const [height, width, depth, units] = shape as [number, number, number, number]
  const { channels } = input
  const seen = { height: height * block, width: width * block, channels }
  const values = new Float32Array(inputSize(seen) * units)
  for (let y = 0; y < seen.height; y++)
    for (let x = 0; x < seen.width; x++)
      for (let c = 0; c < channels; c++) {
        const tap = Math.floor(y / block) * width + Math.floor(x / block)
        const channel = ((y % block) * block + (x % block)) * channels + c
        const from = (tap * depth + channel) * units
        values.set(data.subarray(from, from + units), ((y * seen.width + x) * channels + c) * units)
      }
  return { values, shape: seen }
}

/** Unit numbers, the largest Euclidean norm first; equals stay in order. */
function unitsByNorm(kernel: Float32Array, units: number): number[] {
  const squares = new Float64Array(units)
  for (let i = 0; i < kernel.length; i++) squares[i % units]! += kernel[i]! ** 2
  return Array.from(squares.keys()).sort((a, b) => squares[b]! - squares[a]!)
}
