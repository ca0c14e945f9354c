import { layerWidths } from '../../../shared/layerSizes'
import {
  type Activation,
  activationOf as activationOfLayer,
  inputSize,
  type ModelSpec,
} from '../../../shared/modelSpec'
import { layerNames } from '../../../shared/network'

export interface DrawnLayer {
  readonly role: 'input' | 'encoder' | 'code' | 'decoder' | 'output'
  /** Index of the encoder layer that it is, or mirrors; -1 for the images. */
  readonly encoder: number
  readonly units: number
  readonly activation: Activation | null
  /** Centre, and half of its height, in a box of 1 × 1. */
  readonly x: number
  readonly half: number
}

/** What lies between two layers: one kernel. `pair` is the same for a kernel of the encoder and its mirror. */
export interface DrawnKernel {
  readonly side: 'encoder' | 'decoder'
  readonly pair: number
  readonly from: DrawnLayer
  readonly to: DrawnLayer
}

/** Half of the height of the largest layer, and the least that can be seen. */
const largest = 0.46
const smallest = 0.035

/**
 * The network as an hourglass to scale: heights go with the square root of the number of units, so that 784 and 49 still
 * fit into one picture (their sides stand as 28 to 7).
 */
export function layoutNetwork(spec: ModelSpec): {
  readonly layers: readonly DrawnLayer[]
  readonly kernels: readonly DrawnKernel[]
} {
  const widths = layerWidths(spec)
  const most = Math.max(...widths)
  const depth = spec.encoder.length
  const activationOf = (index: number) =>
    spec.encoder[index] ? activationOfLayer(spec.encoder[index]) : null
  if (spec.decoder === 'convolution') return layoutRestorer(spec, widths, most)
  const layers = Array.from({ length: 2 * depth + 1 }, (_, i): DrawnLayer => {
    const encoder = i <= depth ? i - 1 : 2 * depth - i - 1
    const units = widths[encoder + 1]!
    const role =
      i === 0
        ? 'input'
        : i === 2 * depth
          ? 'output'
          : i === depth
            ? 'code'
            : i < depth
              ? 'encoder'
              : 'decoder'
    const activation =
      role === 'input' ? null : role === 'output' ? spec.output.activation : activationOf(encoder)
    return { role, encoder, units, activation, x: (i + 0.5) / (2 * depth + 1), half: halfOf(units, most) }
  })
  const kernels = layers.slice(1).map((to, i): DrawnKernel => ({
    side: i < depth ? 'encoder' : 'decoder',
    pair: i < depth ? i : 2 * depth - i - 1,
    from: layers[i]!,
    to,
  }))
  return { layers, kernels }
}

/** Layer after layer, and the image that the last one gives: nothing is mirrored. */
function layoutRestorer(spec: ModelSpec, widths: readonly number[], most: number) {
  const sizes = [...widths, inputSize(spec.input)]
  const code = codeIndex(spec)
  const layers = sizes.map((units, i): DrawnLayer => {
    const layer = spec.encoder[i - 1]
    return {
      role: i === 0 ? 'input' : i === code ? 'code' : layer || i < sizes.length - 1 ? 'encoder' : 'output',
      encoder: layer ? i - 1 : -1,
      units,
      activation: layer ? activationOfLayer(layer) : i === 0 ? null : spec.output.activation,
      x: (i + 0.5) / sizes.length,
      half: halfOf(units, most),
    }
  })
  const kernels = layers
    .slice(1)
    .map((to, i): DrawnKernel => ({ side: 'encoder', pair: i, from: layers[i]!, to }))
  return { layers, kernels }
}

/** Of the layer of a network whose numbers are the code, counted from the image; -1 where there is none. */
function codeIndex({ network }: ModelSpec): number {
  if (!network?.code) return -1
  const code = network.nodes.findIndex(({ name }) => name === network.code)
  const names = layerNames({ ...network, nodes: network.nodes.slice(0, code + 1) })
  return names.length
}

export function halfOf(units: number, most: number): number {
  return Math.max(smallest, largest * Math.sqrt(units / most))
}

/** The units that a layer of that half height has: the reverse of `halfOf`. */
export function unitsOf(half: number, most: number): number {
  return Math.max(1, Math.round(most * (Math.max(0, half) / largest) ** 2))
}

/** The kernels' trapezium in a box of width × height. */
export function trapezium({ from, to }: DrawnKernel, width: number, height: number, bar: number): string {
  const middle = height / 2
  const left = from.x * width + bar / 2
  const right = to.x * width - bar / 2
  const points = [
    [left, middle - from.half * height],
    [right, middle - to.half * height],
    [right, middle + to.half * height],
    [left, middle + from.half * height],
  ]
  return points.map(([x, y]) => `${x!.toFixed(1)},${y!.toFixed(1)}`).join(' ')
}

/** A name for a screen reader: 784, 196, code of 49, 196, 784. */
export function widthsOf(spec: ModelSpec): number[] {
  const widths = layerWidths(spec)
  if (spec.decoder === 'convolution') return [...widths, inputSize(spec.input)]
  return [...widths, ...widths.slice(0, -1).reverse()]
}
