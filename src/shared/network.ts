import { z } from 'zod'
import { type NetworkNode, networkNodeSchema } from './networkNodes'
import { checkSharedKernel } from './networkParameters'

export { type NetworkNode, networkNodeSchema } from './networkNodes'
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

/** Of a value, without the batch: height, width, channels; rows have one pixel. */
export interface ValueShape {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly isRow: boolean
}

/** Of the noise level, which goes with every pixel. */
export const onePixel: ValueShape = { height: 1, width: 1, channels: 1, isRow: false }

/** More numbers than any one value of an image may have. */
const largest = 2 ** 28

type Reads<O extends NetworkNode['op']> = Extract<NetworkNode, { op: O }>

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

export const sizeOfValue = ({ height, width, channels }: ValueShape) => height * width * channels

const describeShape = ({ height, width, channels }: Pick<ValueShape, 'height' | 'width' | 'channels'>) =>
  `${width} × ${height} × ${channels}`

/** What a node gives. @throws Error with a sentence that names it, where it does not go with what it reads */
export function shapeOfNode(node: NetworkNode, reads: readonly ValueShape[]): ValueShape {
  const shape = inferred(node, reads)
  const sides = [shape.height, shape.width, shape.channels]
  if (!sides.every((n) => n >= 1) || sizeOfValue(shape) > largest)
    throw new Error(`"${node.name}" (${node.op}) would give ${sides.join(' × ')}.`)
  return shape
}

function inferred(node: NetworkNode, reads: readonly ValueShape[]): ValueShape {
  const [x] = reads as [ValueShape]
  const refuse = (why: string): never => {
    throw new Error(`"${node.name}" (${node.op}) ${why}.`)
  }
  if (joining.has(node.op) ? reads.length < 2 : reads.length > 1 && !mayReadMore.has(node.op))
    refuse(`reads ${reads.length} values`)
  if (onImages.has(node.op) && x.isRow) refuse('reads numbers where it takes an image')
  switch (node.op) {
    case 'dense':
      if (!x.isRow || x.channels !== node.reads)
        refuse(`reads ${describeShape(x)} where it takes ${node.reads} numbers`)
      return row(node.units)
    case 'conv':
    case 'depthwise':
      return convolved(node, x, refuse)
    case 'conv-transposed':
      return transposedShape(node, x, refuse)
    case 'scale':
    case 'prelu':
      if (x.channels !== node.channels) refuse(`takes ${node.channels} channels, not ${x.channels}`)
      return x
    case 'shuffle':
      if (x.channels % node.block ** 2) refuse(`cannot make blocks out of ${x.channels} channels`)
      return scaledBy(x, node.block)
    case 'unshuffle':
      if (x.height % node.block || x.width % node.block) refuse(`cannot divide ${x.width} × ${x.height}`)
      return scaledBy(x, 1 / node.block)
    case 'concat':
      return (node.axis ?? 'channels') === 'channels' ? joined(reads, refuse) : beside(node, reads, refuse)
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      return combined(reads, refuse)
    case 'pad':
      return padded(node, x, refuse)
    case 'crop':
      return cropped(node, x)
    case 'channels':
      if (node.from + node.count > x.channels) refuse(`takes more than the ${x.channels} channels there are`)
      return { ...x, channels: node.count }
    case 'flatten':
      return row(sizeOfValue(x))
    case 'unflatten':
      if (!x.isRow || x.channels !== node.height * node.width * node.channels)
        refuse(`cannot make ${describeShape(node)} out of ${describeShape(x)}`)
      return { height: node.height, width: node.width, channels: node.channels, isRow: false }
    default:
      return sized(node, x, refuse)
  }
}

/** Where the sizes of an image are what changes, if anything does. */
function sized(node: NetworkNode, x: ValueShape, refuse: Refuse): ValueShape {
  switch (node.op) {
    case 'pool':
      return { ...x, height: Math.floor(x.height / node.size), width: Math.floor(x.width / node.size) }
    case 'pool-over':
      return pooledOver(node, x)
    case 'subsample':
      return { ...x, height: Math.ceil(x.height / node.rows), width: Math.ceil(x.width / node.columns) }
    case 'grid':
      return combined([x, { ...x, height: node.height, width: node.width, channels: node.channels }], refuse)
    case 'peak':
      if (node.over === 'pixels' && x.isRow) refuse('reads numbers where it takes an image')
      return node.over === 'pixels' ? { ...x, height: 1, width: 1 } : { ...x, channels: 1 }
    case 'resize':
      return {
        ...x,
        height: scaledSide(x.height, node.scales[0]),
        width: scaledSide(x.width, node.scales[1]),
      }
    case 'turn':
      return turned(node, x, refuse)
    case 'mean':
      return { ...x, height: 1, width: 1 }
    case 'channel-mean':
      return { ...x, channels: 1 }
    case 'upsample':
      if (node.interpolation === 'bilinear' && node.size % 2) refuse('enlarges by an odd number')
      return { ...x, height: x.height * node.size, width: x.width * node.size }
    default:
      return x
  }
}

const joining = new Set<NetworkNode['op']>(['concat', 'add', 'sub', 'mul', 'div'])
/** What may be told the strength of the noise. */
const mayReadMore = new Set<NetworkNode['op']>(['onnx-file'])
const onImages = new Set<NetworkNode['op']>([
  ...(['conv', 'depthwise', 'conv-transposed', 'pool', 'mean', 'upsample', 'shuffle', 'unshuffle'] as const),
  ...(['pad', 'crop', 'flatten', 'grid', 'pool-over', 'subsample', 'resize', 'turn'] as const),
])

type Refuse = (why: string) => never

const row = (units: number): ValueShape => ({ height: 1, width: 1, channels: units, isRow: true })
const sameSides = (a: ValueShape, b: ValueShape) =>
  a.height === b.height && a.width === b.width && a.isRow === b.isRow
const scaledBy = (x: ValueShape, by: number): ValueShape => ({
  ...{ height: x.height * by, width: x.width * by, channels: Math.round(x.channels / by ** 2) },
  isRow: false,
})

function convolved(node: Reads<'conv'> | Reads<'depthwise'>, x: ValueShape, refuse: Refuse): ValueShape {
  const { kernel, pads, reads } = node
  const { stride, dilation } = node
  if (x.channels !== reads) refuse(`takes ${reads} channels, not ${x.channels}`)
  const [height, width] = [x.height, x.width].map((length, axis) => {
    const seen = (kernel[axis]! - 1) * dilation + 1
    return Math.floor((length + pads[axis]! + pads[axis + 2]! - seen) / stride) + 1
  })
  return { height: height!, width: width!, channels: filtersOf(node), isRow: false }
}

function transposedShape(node: Reads<'conv-transposed'>, x: ValueShape, refuse: Refuse): ValueShape {
  const { kernel, stride, crop, grow, reads } = node
  if (x.channels !== reads) refuse(`takes ${reads} channels, not ${x.channels}`)
  const [height, width] = [x.height, x.width].map(
    (length, axis) =>
      (length - 1) * stride + kernel[axis]! - crop[axis]! - crop[axis + 2]! + grow[axis]! + grow[axis + 2]!,
  )
  return { height: height!, width: width!, channels: node.filters, isRow: false }
}

const filtersOf = (node: Reads<'conv'> | Reads<'depthwise'>) =>
  node.op === 'conv' ? node.filters : node.reads * node.multiplier

function pooledOver({ kernel, strides, pads }: Reads<'pool-over'>, x: ValueShape): ValueShape {
  const side = (length: number, at: 0 | 1) =>
    Math.floor((length + pads[at] + pads[at + 2]! - kernel[at]) / strides[at]) + 1
  return { ...x, height: side(x.height, 0), width: side(x.width, 1) }
}

/** Thirds and the like are not exact. */
export const scaledSide = (side: number, scale: number) => Math.floor(side * scale + 1e-4)

function turned({ order }: Reads<'turn'>, x: ValueShape, refuse: Refuse): ValueShape {
  if (new Set(order).size !== 3) refuse('names an axis twice')
  const sides = [x.height, x.width, x.channels]
  const [height, width, channels] = order.map((axis) => sides[axis]!) as [number, number, number]
  return { height, width, channels, isRow: false }
}

/** Images one below the other, or side by side. */
function beside({ axis }: Reads<'concat'>, reads: readonly ValueShape[], refuse: Refuse): ValueShape {
  const [x] = reads as [ValueShape]
  const [along, across] = axis === 'rows' ? (['height', 'width'] as const) : (['width', 'height'] as const)
  if (reads.some((one) => one.isRow || one[across] !== x[across] || one.channels !== x.channels))
    refuse(`joins ${reads.map(describeShape).join(' and ')}`)
  return { ...x, [along]: reads.reduce((sum, one) => sum + one[along], 0) }
}

function cropped({ sides: [top, left, bottom, right] }: Reads<'crop'>, x: ValueShape): ValueShape {
  return { ...x, height: x.height - top - bottom, width: x.width - left - right }
}

function padded({ pads, mode }: Reads<'pad'>, x: ValueShape, refuse: Refuse): ValueShape {
  const [top, left, bottom, right] = pads
  if (mode === 'reflect' && (Math.max(top, bottom) >= x.height || Math.max(left, right) >= x.width))
    refuse(`cannot mirror ${x.width} × ${x.height} that far`)
  return { ...x, height: x.height + top + bottom, width: x.width + left + right }
}

/** Channel by channel; of an image of one pixel that goes with all of the others'. */
function joined(reads: readonly ValueShape[], refuse: Refuse): ValueShape {
  const largest = reads.reduce((most, one) =>
    one.height * one.width > most.height * most.width ? one : most,
  )
  if (
    reads.some(
      (one) => !sameSides(one, largest) && (one.isRow !== largest.isRow || one.height * one.width > 1),
    )
  )
    refuse('joins images of different sizes')
  return { ...largest, channels: reads.reduce((sum, { channels }) => sum + channels, 0) }
}

/** Of the same shape, or one pixel or one channel that goes with all of the other's. */
function combined(reads: readonly ValueShape[], refuse: Refuse): ValueShape {
  const of = (side: 'height' | 'width' | 'channels') => {
    const most = Math.max(...reads.map((one) => one[side]))
    if (reads.some((one) => one[side] !== most && one[side] !== 1))
      refuse(`combines ${reads.map(describeShape).join(' and ')}`)
    return most
  }
  if (reads.some(({ isRow }) => isRow !== reads[0]!.isRow)) refuse('combines an image and numbers')
  return { height: of('height'), width: of('width'), channels: of('channels'), isRow: reads[0]!.isRow }
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
export function onnxFileOf({ nodes }: Network): Extract<NetworkNode, { op: 'onnx-file' }> | null {
  const [node] = nodes
  return node?.op === 'onnx-file' ? node : null
}

/** Whether it takes images of any size, and each pixel of its output looks at pixels around it alone. */
export function takesAnySize({ nodes }: Network): boolean {
  return nodes.every((node) => !ofOneSize.has(node.op) && !isOfOneSize(node))
}

const ofOneSize = new Set<NetworkNode['op']>(['dense', 'flatten', 'unflatten', 'mean', 'turn'])

/** What knows where in the image a pixel lies, or how large the image is. */
function isOfOneSize(node: NetworkNode): boolean {
  switch (node.op) {
    case 'grid':
      return node.height > 1 || node.width > 1
    case 'peak':
      return node.over === 'pixels'
    case 'concat':
      return node.axis === 'rows' || node.axis === 'columns'
    case 'resize': {
      const isWhole = (scale: number) => Number.isInteger(scale) || Number.isInteger(1 / scale)
      return node.coordinates === 'align-corners' || !node.scales.every(isWhole)
    }
    default:
      return false
  }
}

/** Names of nodes that have a kernel, in their order. */
export const layerNames = ({ nodes }: Network): string[] =>
  nodes.filter((node) => 'reads' in node).map(({ name }) => name)
