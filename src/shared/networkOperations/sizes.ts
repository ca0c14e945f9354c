import { z } from 'zod'
import { finite, flatOrder, margins, operation, side, stride, type ValueShape } from './operation'

const scale = z
  .number()
  .min(1 / 64)
  .max(64)
const pooling = z.enum(['max', 'average'])

/** Thirds and the like are not exact. */
export const scaledSide = (side: number, scale: number) => Math.floor(side * scale + 1e-4)

/** Pixels become channels, or channels pixels. */
const scaledBy = (x: ValueShape, by: number): ValueShape => ({
  height: x.height * by,
  width: x.width * by,
  channels: Math.round(x.channels / by ** 2),
  isRow: false,
})

/** Operations that make images larger or smaller, or fewer numbers of them. */
export const sizes = [
  /** Of squares that do not overlap; pixels that fill none are left out. */
  operation(
    'pool',
    { pooling, size: stride },
    {
      onImages: true,
      shape: ({ size }, [x]) => ({
        ...x,
        height: Math.floor(x.height / size),
        width: Math.floor(x.width / size),
      }),
      reach: ({ size }, { step, radius }) => ({ step: step * size, radius }),
    },
  ),
  /** Of windows that may overlap and reach over the edge, where nothing lies, or zeros that count in a mean. */
  operation(
    'pool-over',
    {
      pooling,
      kernel: z.tuple([side, side]),
      strides: z.tuple([side, side]),
      pads: margins,
      countsPads: z.boolean(),
    },
    {
      onImages: true,
      shape: ({ kernel, strides, pads }, [x]) => {
        const along = (length: number, at: 0 | 1) =>
          Math.floor((length + pads[at] + pads[at + 2]! - kernel[at]) / strides[at]) + 1
        return { ...x, height: along(x.height, 0), width: along(x.width, 1) }
      },
      reach: ({ kernel, strides }, { step, radius }) => ({
        step: step * Math.max(...strides),
        radius: radius + step * Math.max(...kernel),
      }),
    },
  ),
  /** Of so many rows and columns the first one. */
  operation(
    'subsample',
    { rows: stride, columns: stride },
    {
      onImages: true,
      shape: ({ rows, columns }, [x]) => ({
        ...x,
        height: Math.ceil(x.height / rows),
        width: Math.ceil(x.width / columns),
      }),
      reach: ({ rows, columns }, { step, radius }) => ({ step: step * Math.max(rows, columns), radius }),
    },
  ),
  /** The largest over all pixels, as one pixel, or over all channels, as one channel. */
  operation(
    'peak',
    { over: z.enum(['pixels', 'channels']) },
    {
      shape: ({ over }, [x], refuse) => {
        if (over === 'pixels' && x.isRow) refuse('reads numbers where it takes an image')
        return over === 'pixels' ? { ...x, height: 1, width: 1 } : { ...x, channels: 1 }
      },
      isOfOneSize: ({ over }) => over === 'pixels',
    },
  ),
  /** The mean over all pixels, as one pixel. */
  operation(
    'mean',
    {},
    { onImages: true, shape: (_, [x]) => ({ ...x, height: 1, width: 1 }), isOfOneSize: () => true },
  ),
  /** The mean over all channels, as one channel. */
  operation('channel-mean', {}, { shape: (_, [x]) => ({ ...x, channels: 1 }) }),
  operation(
    'upsample',
    { interpolation: z.enum(['nearest', 'bilinear']), size: stride },
    {
      onImages: true,
      shape: ({ interpolation, size }, [x], refuse) => {
        if (interpolation === 'bilinear' && size % 2) refuse('enlarges by an odd number')
        return { ...x, height: x.height * size, width: x.width * size }
      },
      reach: ({ interpolation, size }, { step, radius }) => ({
        step: step / size,
        radius: interpolation === 'bilinear' ? radius + step : radius,
      }),
    },
  ),
  /** Channels become pixels of a block, channel by channel or pixel by pixel. */
  operation(
    'shuffle',
    { block: stride, order: flatOrder },
    {
      onImages: true,
      shape: ({ block }, [x], refuse) => {
        if (x.channels % block ** 2) refuse(`cannot make blocks out of ${x.channels} channels`)
        return scaledBy(x, block)
      },
      reach: ({ block }, { step, radius }) => ({ step: step / block, radius }),
    },
  ),
  operation(
    'unshuffle',
    { block: stride, order: flatOrder },
    {
      onImages: true,
      shape: ({ block }, [x], refuse) => {
        if (x.height % block || x.width % block) refuse(`cannot divide ${x.width} × ${x.height}`)
        return scaledBy(x, 1 / block)
      },
      reach: ({ block }, { step, radius }) => ({ step: step * block, radius }),
    },
  ),
  /** Each side times its scale, pixels taken or weighted by where they lie (ONNX, Resize). */
  operation(
    'resize',
    {
      interpolation: z.enum(['nearest', 'linear', 'cubic']),
      scales: z.tuple([scale, scale]),
      /** Where pixel i lies in the image: (i + ½) / scale − ½, i / scale, between the corners, or (i + ½) / scale. */
      coordinates: z.enum(['half-pixel', 'asymmetric', 'align-corners', 'pixel-centre']),
      /** Of the nearest: which of two. */
      rounding: z.enum(['floor', 'ceil', 'prefer-floor', 'prefer-ceil']),
      /** Of cubic interpolation (Keys 1981). */
      coefficient: finite,
      /** As TensorFlow does: pixels beyond the edge do not count, and places are rounded to 1024ths. */
      likeTensorflow: z.boolean().optional(),
    },
    {
      onImages: true,
      shape: ({ scales }, [x]) => ({
        ...x,
        height: scaledSide(x.height, scales[0]),
        width: scaledSide(x.width, scales[1]),
      }),
      isOfOneSize: ({ coordinates, scales }) => {
        const isWhole = (scale: number) => Number.isInteger(scale) || Number.isInteger(1 / scale)
        return coordinates === 'align-corners' || !scales.every(isWhole)
      },
      reach: ({ scales }, { step, radius }) => ({
        step: step / Math.min(...scales),
        radius: radius + 2 * step * Math.max(1, 1 / Math.min(...scales)),
      }),
    },
  ),
]
