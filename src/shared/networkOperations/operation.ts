import { z } from 'zod'

/** Of a value, without the batch: height, width, channels; rows have one pixel. */
export interface ValueShape {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly isRow: boolean
}

/** How a value of a network lies over the image. */
export interface Reach {
  /** Pixels of the image from one pixel of the value to the next; less than 1 where it is larger than the image. */
  readonly step: number
  /** How far from a pixel it looks, in pixels of the image. */
  readonly radius: number
}

/** @throws Error whose sentence names the node. @param why completes its name */
export type Refuse = (why: string) => never

/** All that is known of an operation without computing it. */
export interface Rules<N> {
  /** How many values it reads: one, two at least, or as many as it likes. One where it is left out. */
  readonly reads?: 'several' | 'any'
  /** Whether it takes images, and no rows of numbers. */
  readonly onImages?: boolean
  /** What it gives. That of the first value that it reads where it is left out. */
  readonly shape?: (node: N, reads: readonly [ValueShape, ...ValueShape[]], refuse: Refuse) => ValueShape
  /** The shape of the kernel that it has, or reads from another node. */
  readonly kernel?: (node: N) => readonly number[]
  /** How many numbers it gives at each place, of which each may have a bias. */
  readonly units?: (node: N) => number
  /** Of its other parameters, by the last part of their names. */
  readonly parameters?: (node: N) => Readonly<Record<string, readonly number[]>>
  /** Whether it knows where in the image a pixel lies, or how large the image is. */
  readonly isOfOneSize?: (node: N) => boolean
  /** How what it gives lies over the image. As what it reads where it is left out: it looks at single pixels. */
  readonly reach?: (node: N, read: Reach) => Reach
}

/** What gives a value, and at the same time its name. Parameters are called after it: `NAME.kernel`, `NAME.bias`. */
const named = {
  name: z
    .string()
    .regex(/^[\w.-]{1,120}$/)
    .refine((name) => name !== 'image' && name !== 'sigma'),
  /** Values: `image`, `sigma` (the noise level, where 1 is white) or names of nodes further up. */
  inputs: z.array(z.string().max(120)).min(1).max(64),
}

const schemaOf = <const O extends string, F extends z.ZodRawShape>(op: O, fields: F) =>
  z.object({ op: z.literal(op), ...named, ...fields })

/** An operation of networks: what is stored of it, and the rules that follow from that. */
export function operation<const O extends string, F extends z.ZodRawShape>(
  op: O,
  fields: F,
  rules: Rules<z.infer<ReturnType<typeof schemaOf<O, F>>>> = {},
) {
  return { op, schema: schemaOf(op, fields), rules }
}

// What several operations store.
export const size = z.number().int().min(1).max(65_536)
export const side = z.number().int().min(1).max(64)
export const stride = z.number().int().min(1).max(16)
const pixels = z.number().int().min(0).max(512)
/** Pixels at the top, left, bottom and right. */
export const margins = z.tuple([pixels, pixels, pixels, pixels])
export const finite = z.number().finite()
/** How an image becomes a row of numbers: pixel by pixel, or channel by channel. */
export const flatOrder = z.enum(['channels-last', 'channels-first'])

export const row = (units: number): ValueShape => ({ height: 1, width: 1, channels: units, isRow: true })
export const sizeOfValue = ({ height, width, channels }: ValueShape) => height * width * channels
export const describeShape = ({
  height,
  width,
  channels,
}: Pick<ValueShape, 'height' | 'width' | 'channels'>) => `${width} × ${height} × ${channels}`

/** Of the same shape, or one pixel or one channel that goes with all of the other's. */
export function combined(reads: readonly ValueShape[], refuse: Refuse): ValueShape {
  const of = (side: 'height' | 'width' | 'channels') => {
    const most = Math.max(...reads.map((one) => one[side]))
    if (reads.some((one) => one[side] !== most && one[side] !== 1))
      refuse(`combines ${reads.map(describeShape).join(' and ')}`)
    return most
  }
  if (reads.some(({ isRow }) => isRow !== reads[0]!.isRow)) refuse('combines an image and numbers')
  return { height: of('height'), width: of('width'), channels: of('channels'), isRow: reads[0]!.isRow }
}
