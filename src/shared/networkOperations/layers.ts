import { z } from 'zod'
import {
  combined,
  describeShape,
  margins,
  operation,
  type Reach,
  type Refuse,
  row,
  side,
  size,
  stride,
  type ValueShape,
} from './operation'

const dilation = z.number().int().min(1).max(64)
const kernel = z.tuple([side, side])
const bias = z.boolean().default(true)
/** Instead of a kernel of its own: that of a node further up, whose name this is. */
const kernelOf = z.string().max(120).optional()

interface Window {
  readonly kernel: readonly [number, number]
  readonly pads: readonly [number, number, number, number]
  readonly stride: number
  readonly dilation: number
}

function convolved(
  { kernel, pads, stride, dilation, reads }: Window & { readonly reads: number },
  filters: number,
  x: ValueShape,
  refuse: Refuse,
): ValueShape {
  if (x.channels !== reads) refuse(`takes ${reads} channels, not ${x.channels}`)
  const [height, width] = [x.height, x.width].map((length, axis) => {
    const seen = (kernel[axis]! - 1) * dilation + 1
    return Math.floor((length + pads[axis]! + pads[axis + 2]! - seen) / stride) + 1
  })
  return { height: height!, width: width!, channels: filters, isRow: false }
}

function reachOfWindow({ kernel, pads, stride, dilation }: Window, { step, radius }: Reach): Reach {
  const sides = kernel.flatMap((taps, axis) => {
    const before = pads[axis]!
    return [before, (taps - 1) * dilation - before]
  })
  return { step: step * stride, radius: radius + step * Math.max(...sides) }
}

function ofChannels({ channels }: { readonly channels: number }, x: ValueShape, refuse: Refuse): ValueShape {
  if (x.channels !== channels) refuse(`takes ${channels} channels, not ${x.channels}`)
  return x
}

/** Operations with weights. */
export const layers = [
  /** x · kernel + bias; kernel reads × units. */
  operation(
    'dense',
    {
      bias,
      kernelOf,
      reads: z.number().int().min(1).max(4e6),
      units: size,
      /** Whether the kernel of the other node is read transposed: tied weights. */
      transposed: z.boolean().optional(),
    },
    {
      shape: ({ reads, units }, [x], refuse) => {
        if (!x.isRow || x.channels !== reads)
          refuse(`reads ${describeShape(x)} where it takes ${reads} numbers`)
        return row(units)
      },
      kernel: ({ reads, units }) => [reads, units],
      units: ({ units }) => units,
      isOfOneSize: () => true,
    },
  ),
  /** Kernel height × width × reads × filters, zeros around the image. */
  operation(
    'conv',
    {
      bias,
      kernelOf,
      kernel,
      reads: size,
      filters: size,
      stride,
      dilation: dilation.default(1),
      pads: margins,
    },
    {
      onImages: true,
      shape: (node, [x], refuse) => convolved(node, node.filters, x, refuse),
      kernel: ({ kernel, reads, filters }) => [...kernel, reads, filters],
      units: ({ filters }) => filters,
      reach: reachOfWindow,
    },
  ),
  /** Each channel by itself, into `multiplier` others; kernel height × width × (reads · multiplier). */
  operation(
    'depthwise',
    {
      bias,
      kernel,
      reads: size,
      pads: margins,
      multiplier: size.default(1),
      stride: stride.default(1),
      dilation: dilation.default(1),
    },
    {
      onImages: true,
      shape: (node, [x], refuse) => convolved(node, node.reads * node.multiplier, x, refuse),
      kernel: ({ kernel, reads, multiplier }) => [...kernel, reads * multiplier],
      units: ({ reads, multiplier }) => reads * multiplier,
      reach: reachOfWindow,
    },
  ),
  /** Each pixel as a patch, `stride` apart and added up, then cropped and grown; kernel height × width × filters × reads. */
  operation(
    'conv-transposed',
    {
      bias,
      kernelOf,
      kernel,
      reads: size,
      filters: size,
      stride,
      crop: margins,
      grow: margins.default([0, 0, 0, 0]),
    },
    {
      onImages: true,
      shape: ({ kernel, stride, crop, grow, reads, filters }, [x], refuse) => {
        if (x.channels !== reads) refuse(`takes ${reads} channels, not ${x.channels}`)
        const along = (length: number, axis: 0 | 1) =>
          (length - 1) * stride + kernel[axis] - crop[axis] - crop[axis + 2]! + grow[axis] + grow[axis + 2]!
        return { height: along(x.height, 0), width: along(x.width, 1), channels: filters, isRow: false }
      },
      kernel: ({ kernel, reads, filters }) => [...kernel, filters, reads],
      units: ({ filters }) => filters,
      reach: ({ kernel, stride }, { step, radius }) => ({
        step: step / stride,
        radius: radius + step * Math.ceil((Math.max(...kernel) - 1) / stride),
      }),
    },
  ),
  /** x · gain + shift, of each channel its own: batch normalisation as it is used. */
  operation(
    'scale',
    { channels: size },
    {
      shape: (node, [x], refuse) => ofChannels(node, x, refuse),
      parameters: ({ channels }) => ({ gain: [channels], shift: [channels] }),
    },
  ),
  /** x · gain + shift, where both are of as many rows, columns and channels as x, or of one. */
  operation(
    'grid',
    { height: size, width: size, channels: size },
    {
      onImages: true,
      shape: ({ height, width, channels }, [x], refuse) =>
        combined([x, { ...x, height, width, channels }], refuse),
      parameters: ({ height, width, channels }) => ({
        gain: [height, width, channels],
        shift: [height, width, channels],
      }),
      isOfOneSize: ({ height, width }) => height > 1 || width > 1,
    },
  ),
  /** max(x, 0) + slope · min(x, 0), with a slope for each channel (He et al. 2015). */
  operation(
    'prelu',
    { channels: size },
    {
      shape: (node, [x], refuse) => ofChannels(node, x, refuse),
      parameters: ({ channels }) => ({ slope: [channels] }),
    },
  ),
]
