import { z } from 'zod'
import { type NetworkNode, networkNodeSchema, type NodeOf, rulesOf } from './networkNodes'
import { describeShape, sizeOfValue, type ValueShape } from './networkOperations/operation'
import { checkSharedKernel } from './networkParameters'

export { type NetworkNode, networkNodeSchema, type NodeOf, rulesOf } from './networkNodes'
export { type Reach, sizeOfValue, type ValueShape } from './networkOperations/operation'
export { scaledSide } from './networkOperations/sizes'
export { isReadTransposed, networkParameters, sharesKernels } from './networkParameters'

/** A network as it stands, operation by operation, for models made elsewhere whose decoder is no mirror of the encoder. */
export const networkSchema = z.object({
  /** Each after those that it reads. */
  nodes: z.array(networkNodeSchema).min(1).max(4096),
  /** The value that is the image again. */
  output: z.string(),
  /** The value that everything goes through and that is smaller than the image, if there is one. */
  code: z.string().nullable(),
})
export type Network = z.infer<typeof networkSchema>

/** Of the noise level, which goes with every pixel. */
export const onePixel: ValueShape = { height: 1, width: 1, channels: 1, isRow: false }

/** More numbers than any one value of an image may have. */
const largest = 2 ** 28

/**
 * The shape of each value, by name, where images are of this size.
 * @throws Error with a sentence that names the node that does not fit
 */
export function valueShapes(
  { nodes, output, code }: Network,
  image: Pick<ValueShape, 'height' | 'width' | 'channels'>,
): ReadonlyMap<string, ValueShape> {
  const shapes = new Map<string, ValueShape>([
    ['image', { ...image, isRow: false }],
    ['sigma', onePixel],
  ])
  const known = new Map<string, NetworkNode>()
  for (const node of nodes) {
    if (shapes.has(node.name)) throw new Error(`There are two values called "${node.name}".`)
    checkSharedKernel(node, known)
    known.set(node.name, node)
    const reads = node.inputs.map((name) => {
      const shape = shapes.get(name)
      if (!shape) throw new Error(`"${node.name}" reads "${name}", which is not there before it.`)
      return shape
    })
    shapes.set(node.name, shapeOfNode(node, reads))
  }
  const given = shapes.get(output)
  if (!given || given.isRow || sizeOfValue(given) !== sizeOfValue({ ...image, isRow: false }))
    throw new Error(
      `The network gives ${given ? describeShape(given) : 'nothing'} where images are ${describeShape(image)}.`,
    )
  if (code !== null && !shapes.has(code)) throw new Error(`There is no value called "${code}".`)
  return shapes
}

/** What a node gives. @throws Error with a sentence that names it, where it does not go with what it reads */
export function shapeOfNode(node: NetworkNode, reads: readonly ValueShape[]): ValueShape {
  const shape = inferred(node, reads)
  const sides = [shape.height, shape.width, shape.channels]
  if (!sides.every((n) => n >= 1) || sizeOfValue(shape) > largest)
    throw new Error(`"${node.name}" (${node.op}) would give ${sides.join(' × ')}.`)
  return shape
}

function inferred(node: NetworkNode, reads: readonly ValueShape[]): ValueShape {
  const refuse = (why: string): never => {
    throw new Error(`"${node.name}" (${node.op}) ${why}.`)
  }
  const [x, ...more] = reads as [ValueShape]
  const { reads: count = 'one', onImages, shape } = rulesOf(node)
  if (count === 'several' ? reads.length < 2 : reads.length > 1 && count === 'one')
    refuse(`reads ${reads.length} values`)
  if (onImages && x.isRow) refuse('reads numbers where it takes an image')
  return shape?.(node, [x, ...more], refuse) ?? x
}

/** Values that one is made of, as far as those that are given. */
export function leadingTo({ nodes }: Network, wanted: string, given: ReadonlySet<string>): Set<string> {
  const needed = new Set([wanted])
  for (const { name, inputs } of [...nodes].reverse())
    if (needed.has(name) && !given.has(name)) inputs.forEach((input) => needed.add(input))
  for (const name of given) needed.delete(name)
  return needed
}

/** Whether it is told the strength of the noise. */
export const readsNoiseLevel = ({ nodes }: Network): boolean =>
  nodes.some(({ inputs }) => inputs.includes('sigma'))

/** A network that is an ONNX file, which runs as it is; null for any other. */
export function onnxFileOf({ nodes }: Network): NodeOf<'onnx-file'> | null {
  const [node] = nodes
  return node?.op === 'onnx-file' ? node : null
}

/** Whether it takes images of any size, and each pixel of its output looks at pixels around it alone. */
export const takesAnySize = ({ nodes }: Network): boolean =>
  nodes.every((node) => !rulesOf(node).isOfOneSize?.(node))

/** Names of nodes that have a kernel, in their order. */
export const layerNames = ({ nodes }: Network): string[] =>
  nodes.filter((node) => 'reads' in node).map(({ name }) => name)
