import { z } from 'zod'
import { activationSchema } from './activation'
import { checkSharedKernel } from './networkParameters'

export { isReadTransposed, networkParameters, sharesKernels } from './networkParameters'

const size = z.number().int().min(1).max(65_536)
const side = z.number().int().min(1).max(64)
const stride = z.number().int().min(1).max(16)
const pixels = z.number().int().min(0).max(512)
/** Pixels at the top, left, bottom and right. */
const margins = z.tuple([pixels, pixels, pixels, pixels])

const finite = z.number().finite()
/** How an image becomes a row of numbers: pixel by pixel, or channel by channel. */
const flatOrder = z.enum(['channels-last', 'channels-first'])

/** What gives a value, and at the same time its name. Parameters are called after it: `NAME.kernel`, `NAME.bias`. */
const named = {
  name: z
    .string()
    .regex(/^[\w.-]{1,120}$/)
    .refine((name) => name !== 'image' && name !== 'sigma'),
  /** Values: `image`, `sigma` (the noise level, where 1 is white) or names of nodes further up. */
  inputs: z.array(z.string().max(120)).min(1).max(64),
}
const biased = { ...named, bias: z.boolean().default(true) }
/** Instead of a kernel of its own: that of a node further up, whose name this is. */
const shared = { kernelOf: z.string().max(120).optional() }

/** One operation of a network on images (height × width × channels) or rows of numbers. */
export const networkNodeSchema = z.discriminatedUnion('op', [
  /** x · kernel + bias; kernel reads × units. */
  z.object({
    op: z.literal('dense'),
    ...{ ...biased, ...shared, reads: z.number().int().min(1).max(4e6), units: size },
    /** Whether the kernel of the other node is read transposed: tied weights. */
    transposed: z.boolean().optional(),
  }),
  /** Kernel height × width × reads × filters, zeros around the image. */
  z.object({
    op: z.literal('conv'),
    ...{ ...biased, ...shared, kernel: z.tuple([side, side]), reads: size, filters: size },
    ...{ stride, dilation: z.number().int().min(1).max(64).default(1), pads: margins },
  }),
  /** Each channel by itself; kernel height × width × reads. */
  z.object({
    op: z.literal('depthwise'),
    ...{ ...biased, kernel: z.tuple([side, side]), reads: size, pads: margins },
  }),
  /** Each pixel as a patch, `stride` apart and added up, then cropped and grown; kernel height × width × filters × reads. */
  z.object({
    op: z.literal('conv-transposed'),
    ...{ ...biased, ...shared, kernel: z.tuple([side, side]), reads: size, filters: size },
    ...{ stride, crop: margins, grow: margins.default([0, 0, 0, 0]) },
  }),
  /** x · gain + shift, of each channel its own: batch normalisation as it is used. */
  z.object({ op: z.literal('scale'), ...named, channels: size }),
  /** x · gain + shift */
  z.object({ op: z.literal('affine'), ...named, gain: finite, shift: finite }),
  z.object({ op: z.literal('activation'), ...named, activation: activationSchema }),
  /** max(x, 0) + slope · min(x, 0) */
  z.object({ op: z.literal('leaky'), ...named, slope: finite }),
  /** The same with a slope for each channel (He et al. 2015). */
  z.object({ op: z.literal('prelu'), ...named, channels: size }),
  z.object({ op: z.literal('sqrt'), ...named }),
  /** The error function, of which GELU is made (Hendrycks & Gimpel 2016). */
  z.object({ op: z.literal('erf'), ...named }),
  z.object({ op: z.literal('clip'), ...named, low: finite, high: finite }),
  /** Of squares that do not overlap; pixels that fill none are left out. */
  z.object({ op: z.literal('pool'), ...named, pooling: z.enum(['max', 'average']), size: stride }),
  /** The mean over all pixels, as one pixel. */
  z.object({ op: z.literal('mean'), ...named }),
  /** The mean over all channels, as one channel. */
  z.object({ op: z.literal('channel-mean'), ...named }),
  z.object({
    op: z.literal('upsample'),
    ...{ ...named, interpolation: z.enum(['nearest', 'bilinear']), size: stride },
  }),
  /** Channels become pixels of a block, channel by channel or pixel by pixel. */
  z.object({ op: z.literal('shuffle'), ...named, block: stride, order: flatOrder }),
  z.object({ op: z.literal('unshuffle'), ...named, block: stride, order: flatOrder }),
  z.object({ op: z.literal('concat'), ...named }),
  z.object({ op: z.literal('add'), ...named }),
  z.object({ op: z.literal('sub'), ...named }),
  z.object({ op: z.literal('mul'), ...named }),
  /** The first by the second. */
  z.object({ op: z.literal('div'), ...named }),
  z.object({ op: z.literal('pad'), ...named, mode: z.enum(['zero', 'reflect', 'edge']), pads: margins }),
  /** Without so many pixels on each side. */
  z.object({ op: z.literal('crop'), ...named, sides: margins }),
  z.object({ op: z.literal('channels'), ...named, from: z.number().int().min(0), count: size }),
  z.object({ op: z.literal('flatten'), ...named, order: flatOrder }),
  z.object({
    op: z.literal('unflatten'),
    ...{ ...named, order: flatOrder, height: size, width: size, channels: size },
  }),
])
export type NetworkNode = z.infer<typeof networkNodeSchema>

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
  if (joining.has(node.op) ? reads.length < 2 : reads.length > 1) refuse(`reads ${reads.length} values`)
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
    case 'pool':
      return { ...x, height: Math.floor(x.height / node.size), width: Math.floor(x.width / node.size) }
    case 'mean':
      return { ...x, height: 1, width: 1 }
    case 'channel-mean':
      return { ...x, channels: 1 }
    case 'upsample':
      if (node.interpolation === 'bilinear' && node.size % 2) refuse('enlarges by an odd number')
      return { ...x, height: x.height * node.size, width: x.width * node.size }
    case 'shuffle':
      if (x.channels % node.block ** 2) refuse(`cannot make blocks out of ${x.channels} channels`)
      return scaledBy(x, node.block)
    case 'unshuffle':
      if (x.height % node.block || x.width % node.block) refuse(`cannot divide ${x.width} × ${x.height}`)
      return scaledBy(x, 1 / node.block)
    case 'concat':
      return joined(reads, refuse)
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
      return x
  }
}

const joining = new Set<NetworkNode['op']>(['concat', 'add', 'sub', 'mul', 'div'])
const onImages = new Set<NetworkNode['op']>([
  ...(['conv', 'depthwise', 'conv-transposed', 'pool', 'mean', 'upsample', 'shuffle', 'unshuffle'] as const),
  ...(['pad', 'crop', 'flatten'] as const),
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
  const { stride, dilation } = node.op === 'conv' ? node : { stride: 1, dilation: 1 }
  if (x.channels !== reads) refuse(`takes ${reads} channels, not ${x.channels}`)
  const [height, width] = [x.height, x.width].map((length, axis) => {
    const seen = (kernel[axis]! - 1) * dilation + 1
    return Math.floor((length + pads[axis]! + pads[axis + 2]! - seen) / stride) + 1
  })
  return { height: height!, width: width!, channels: node.op === 'conv' ? node.filters : reads, isRow: false }
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

/** Whether it takes images of any size, and each pixel of its output looks at pixels around it alone. */
export function takesAnySize({ nodes }: Network): boolean {
  return nodes.every(({ op }) => op !== 'dense' && op !== 'flatten' && op !== 'unflatten' && op !== 'mean')
}

/** Names of nodes that have a kernel, in their order. */
export const layerNames = ({ nodes }: Network): string[] =>
  nodes.filter((node) => 'reads' in node).map(({ name }) => name)
