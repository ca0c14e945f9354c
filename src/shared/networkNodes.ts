import { z } from 'zod'
import { activationSchema } from './activation'

const size = z.number().int().min(1).max(65_536)
const side = z.number().int().min(1).max(64)
const stride = z.number().int().min(1).max(16)
const dilation = z.number().int().min(1).max(64)
const pixels = z.number().int().min(0).max(512)
/** Pixels at the top, left, bottom and right. */
const margins = z.tuple([pixels, pixels, pixels, pixels])

const finite = z.number().finite()
const scale = z
  .number()
  .min(1 / 64)
  .max(64)
const axis = z.number().int().min(0).max(2)
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
    ...{ stride, dilation: dilation.default(1), pads: margins },
  }),
  /** Each channel by itself, into `multiplier` others; kernel height × width × (reads · multiplier). */
  z.object({
    op: z.literal('depthwise'),
    ...{ ...biased, kernel: z.tuple([side, side]), reads: size, pads: margins },
    ...{ multiplier: size.default(1), stride: stride.default(1), dilation: dilation.default(1) },
  }),
  /** Each pixel as a patch, `stride` apart and added up, then cropped and grown; kernel height × width × filters × reads. */
  z.object({
    op: z.literal('conv-transposed'),
    ...{ ...biased, ...shared, kernel: z.tuple([side, side]), reads: size, filters: size },
    ...{ stride, crop: margins, grow: margins.default([0, 0, 0, 0]) },
  }),
  /** x · gain + shift, of each channel its own: batch normalisation as it is used. */
  z.object({ op: z.literal('scale'), ...named, channels: size }),
  /** x · gain + shift, where both are of as many rows, columns and channels as x, or of one. */
  z.object({ op: z.literal('grid'), ...named, height: size, width: size, channels: size }),
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
  z.object({ op: z.literal('function'), ...named, function: z.enum(['exp', 'log', 'abs']) }),
  z.object({ op: z.literal('clip'), ...named, low: finite, high: finite }),
  /** Of squares that do not overlap; pixels that fill none are left out. */
  z.object({ op: z.literal('pool'), ...named, pooling: z.enum(['max', 'average']), size: stride }),
  /** Of windows that may overlap and reach over the edge, where nothing lies, or zeros that count in a mean. */
  z.object({
    op: z.literal('pool-over'),
    ...{ ...named, pooling: z.enum(['max', 'average']), kernel: z.tuple([side, side]) },
    ...{ strides: z.tuple([side, side]), pads: margins, countsPads: z.boolean() },
  }),
  /** Of so many rows and columns the first one. */
  z.object({ op: z.literal('subsample'), ...named, rows: stride, columns: stride }),
  /** The largest over all pixels, as one pixel, or over all channels, as one channel. */
  z.object({ op: z.literal('peak'), ...named, over: z.enum(['pixels', 'channels']) }),
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
  /** Each side times its scale, pixels taken or weighted by where they lie (ONNX, Resize). */
  z.object({
    op: z.literal('resize'),
    ...{ ...named, interpolation: z.enum(['nearest', 'linear', 'cubic']) },
    scales: z.tuple([scale, scale]),
    /** Where pixel i lies in the image: (i + ½) / scale − ½, i / scale, between the corners, or (i + ½) / scale. */
    coordinates: z.enum(['half-pixel', 'asymmetric', 'align-corners', 'pixel-centre']),
    /** Of the nearest: which of two. */
    rounding: z.enum(['floor', 'ceil', 'prefer-floor', 'prefer-ceil']),
    /** Of cubic interpolation (Keys 1981). */
    coefficient: finite,
    /** As TensorFlow does: pixels beyond the edge do not count, and places are rounded to 1024ths. */
    likeTensorflow: z.boolean().optional(),
  }),
  /** Height, width and channels in another order. */
  z.object({ op: z.literal('turn'), ...named, order: z.tuple([axis, axis, axis]) }),
  /** Channel by channel, one below the other or side by side. */
  z.object({ op: z.literal('concat'), ...named, axis: z.enum(['channels', 'rows', 'columns']).optional() }),
  z.object({ op: z.literal('add'), ...named }),
  z.object({ op: z.literal('sub'), ...named }),
  z.object({ op: z.literal('mul'), ...named }),
  /** The first by the second. */
  z.object({ op: z.literal('div'), ...named }),
  z.object({ op: z.literal('pad'), ...named, mode: z.enum(['zero', 'reflect', 'edge']), pads: margins }),
  /** Without so many pixels on each side. */
  z.object({ op: z.literal('crop'), ...named, sides: margins }),
  z.object({ op: z.literal('channels'), ...named, from: z.number().int().min(0), count: size }),
  /**
   * An ONNX file as it is, model.onnx in the model's folder: no operation of ours says it. It restores images and does
   * nothing else.
   */
  z.object({
    op: z.literal('onnx-file'),
    ...{
      ...named,
      input: z.string(),
      layout: flatOrder,
      output: z.string(),
      range: z.enum(['0..1', '0..255', '-1..1']),
    },
    /** How it is told the strength of the noise: in a channel behind those of the image, or by an input of its own. */
    level: z.enum(['channel', 'map', 'number']).optional(),
    levelInput: z.string().optional(),
    /** Height and width of its images are multiples of it; where `isFixed`, they are just that. */
    cell: z.number().int().min(1).max(4096),
    isFixed: z.boolean(),
    /** Pixels around what is kept of a tile. */
    halo: z.number().int().min(0).max(256),
  }),
  z.object({ op: z.literal('flatten'), ...named, order: flatOrder }),
  z.object({
    op: z.literal('unflatten'),
    ...{ ...named, order: flatOrder, height: size, width: size, channels: size },
  }),
])
export type NetworkNode = z.infer<typeof networkNodeSchema>
