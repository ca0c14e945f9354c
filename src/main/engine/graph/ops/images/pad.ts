import { apply, type Operation } from '../../operation'
import type { Tensor } from '../../tensor'
import { checkImages } from '../convolution/window'
import { concat } from '../concat'
import { slice } from '../slice'
import { reverse } from './reverse'

/** Pixels on each side. */
export interface Margins {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

export type PadMode = 'zero' | 'reflect' | 'edge'

const zeroOperation: Operation<Margins> = {
  name: 'pad',
  infer: ([x], { top, bottom, left, right }) => {
    checkImages('pad', x!.shape)
    const [batch, height, width, channels] = x!.shape as [number, number, number, number]
    return [{ shape: [batch, height + top + bottom, width + left + right, channels], dtype: 'float32' }]
  },
  gradient: ({ inputs, attributes: { top, left }, gradient }) => {
    const [, height, width] = inputs[0]!.shape as [number, number, number, number]
    return [slice(slice(gradient, 1, top, height), 2, left, width)]
  },
  tensorflow: (emit, [x], { attributes: { top, bottom, left, right } }) =>
    emit.node('Pad', [x!, emit.constant('int32', [4, 2], [0, 0, top, bottom, left, right, 0, 0])], {
      T: { type: 'float32' },
      Tpaddings: { type: 'int32' },
    }),
  onnx: (emit, [x], { attributes: { top, bottom, left, right } }) =>
    emit.node('Pad', [x!, emit.constant('int64', [8], [0, top, left, 0, 0, bottom, right, 0])]),
}

/** Along one axis, out of pieces of the image itself, so that their gradients are those of the pieces. */
function extended(x: Tensor, axis: number, before: number, after: number, mode: PadMode): Tensor {
  const size = x.shape[axis]!
  if (mode === 'reflect' && Math.max(before, after) >= size)
    throw new Error(`pad: ${Math.max(before, after)} pixels cannot be mirrored out of ${size}.`)
  const piece = (count: number, mirrored: number, edge: number): Tensor[] => {
    if (count === 0) return []
    if (mode === 'reflect') return [reverse(slice(x, axis, mirrored, count), axis)]
    return new Array<Tensor>(count).fill(slice(x, axis, edge, 1))
  }
  return concat([...piece(before, 1, 0), x, ...piece(after, size - 1 - after, size - 1)], axis)
}

/**
 * Puts pixels around images, batch × height × width × channels: zeros, the image mirrored at its outermost pixels
 * (which are not repeated), or the outermost pixels repeated.
 */
export function pad(x: Tensor, margins: Margins, mode: PadMode): Tensor {
  if (mode === 'zero') return apply(zeroOperation, [x], margins)
  checkImages('pad', x.shape)
  const rows = extended(x, 1, margins.top, margins.bottom, mode)
  return extended(rows, 2, margins.left, margins.right, mode)
}
