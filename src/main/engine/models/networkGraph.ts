import type { InputShape } from '../../../shared/modelSpec'
import { leadingTo, type Network, sizeOfValue, valueShapes, type ValueShape } from '../../../shared/network'
import { reshape } from '../graph/ops/reshape'
import { BATCH, type Tensor } from '../graph/tensor'
import { valueOfNode } from './networkOperations'

/** What a network reads: parameters by name, and what it is fed. */
export interface NetworkFeeds {
  readonly parameters: ReadonlyMap<string, Tensor>
  /** batch × inputs; not for a decoder. */
  readonly image?: Tensor
  /** Sigma of the noise where 1 is white, batch × 1. */
  readonly noiseLevel?: Tensor
  /** batch × codeSize, in place of all that leads to the code. */
  readonly code?: Tensor
}

/**
 * A value of a network, as batch × its numbers.
 *
 * @param wanted a name of a value; nothing is built that does not lead to it
 */
export function networkValue(
  network: Network,
  input: InputShape,
  wanted: string,
  { parameters, image, noiseLevel, code }: NetworkFeeds,
): Tensor {
  const shapes = valueShapes(network, input)
  const values = new Map<string, Tensor>()
  const put = (name: string, flat: Tensor) => values.set(name, shaped(flat, shapes.get(name)!))
  if (image) put('image', image)
  if (noiseLevel) put('sigma', noiseLevel)
  if (code && network.code !== null) put(network.code, code)
  const needed = leadingTo(network, wanted, new Set(values.keys()))
  for (const node of network.nodes) {
    if (!needed.has(node.name)) continue
    const inputs = node.inputs.map((name) => {
      const value = values.get(name)
      if (!value) throw new Error(`The network is not fed its ${name}.`)
      return value
    })
    const reads = node.inputs.map((name) => shapes.get(name)!)
    const parameter = (name: string) => {
      const owner = name === 'kernel' && 'kernelOf' in node ? (node.kernelOf ?? node.name) : node.name
      return parameters.get(`${owner}.${name}`)!
    }
    values.set(node.name, valueOfNode(node, { inputs, reads, gives: shapes.get(node.name)!, parameter }))
  }
  return reshape(values.get(wanted)!, [BATCH, sizeOfValue(shapes.get(wanted)!)])
}

const shaped = (x: Tensor, { height, width, channels, isRow }: ValueShape) =>
  reshape(x, isRow ? [BATCH, channels] : [BATCH, height, width, channels])
