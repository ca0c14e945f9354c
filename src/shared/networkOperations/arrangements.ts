import { z } from 'zod'
import {
  describeShape,
  flatOrder,
  margins,
  operation,
  type Refuse,
  row,
  size,
  sizeOfValue,
  type ValueShape,
} from './operation'

const axis = z.number().int().min(0).max(2)

const sameSides = (a: ValueShape, b: ValueShape) =>
  a.height === b.height && a.width === b.width && a.isRow === b.isRow

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

/** Images one below the other, or side by side. */
function beside(axis: 'rows' | 'columns', reads: readonly ValueShape[], refuse: Refuse): ValueShape {
  const [x] = reads as [ValueShape]
  const [along, across] = axis === 'rows' ? (['height', 'width'] as const) : (['width', 'height'] as const)
  if (reads.some((one) => one.isRow || one[across] !== x[across] || one.channels !== x.channels))
    refuse(`joins ${reads.map(describeShape).join(' and ')}`)
  return { ...x, [along]: reads.reduce((sum, one) => sum + one[along], 0) }
}

/** Operations that compute nothing: they take, join or lay out numbers otherwise. */
export const arrangements = [
  /** Height, width and channels in another order. */
  operation(
    'turn',
    { order: z.tuple([axis, axis, axis]) },
    {
      onImages: true,
      shape: ({ order }, [x], refuse) => {
        if (new Set(order).size !== 3) refuse('names an axis twice')
        const sides = [x.height, x.width, x.channels]
        const [height, width, channels] = order.map((axis) => sides[axis]!) as [number, number, number]
        return { height, width, channels, isRow: false }
      },
      isOfOneSize: () => true,
    },
  ),
  /** Channel by channel, one below the other or side by side. */
  operation(
    'concat',
    { axis: z.enum(['channels', 'rows', 'columns']).optional() },
    {
      reads: 'several',
      shape: ({ axis = 'channels' }, reads, refuse) =>
        axis === 'channels' ? joined(reads, refuse) : beside(axis, reads, refuse),
      isOfOneSize: ({ axis }) => axis === 'rows' || axis === 'columns',
    },
  ),
  operation(
    'pad',
    { mode: z.enum(['zero', 'reflect', 'edge']), pads: margins },
    {
      onImages: true,
      shape: ({ pads: [top, left, bottom, right], mode }, [x], refuse) => {
        if (mode === 'reflect' && (Math.max(top, bottom) >= x.height || Math.max(left, right) >= x.width))
          refuse(`cannot mirror ${x.width} × ${x.height} that far`)
        return { ...x, height: x.height + top + bottom, width: x.width + left + right }
      },
    },
  ),
  /** Without so many pixels on each side. */
  operation(
    'crop',
    { sides: margins },
    {
      onImages: true,
      shape: ({ sides: [top, left, bottom, right] }, [x]) => ({
        ...x,
        height: x.height - top - bottom,
        width: x.width - left - right,
      }),
      reach: ({ sides }, { step, radius }) => ({ step, radius: radius + step * Math.max(...sides) }),
    },
  ),
  operation(
    'channels',
    { from: z.number().int().min(0), count: size },
    {
      shape: ({ from, count }, [x], refuse) => {
        if (from + count > x.channels) refuse(`takes more than the ${x.channels} channels there are`)
        return { ...x, channels: count }
      },
    },
  ),
  operation(
    'flatten',
    { order: flatOrder },
    { onImages: true, shape: (_, [x]) => row(sizeOfValue(x)), isOfOneSize: () => true },
  ),
  operation(
    'unflatten',
    { order: flatOrder, height: size, width: size, channels: size },
    {
      shape: ({ height, width, channels }, [x], refuse) => {
        const given = { height, width, channels, isRow: false }
        if (!x.isRow || x.channels !== sizeOfValue(given))
          refuse(`cannot make ${describeShape(given)} out of ${describeShape(x)}`)
        return given
      },
      isOfOneSize: () => true,
    },
  ),
]
