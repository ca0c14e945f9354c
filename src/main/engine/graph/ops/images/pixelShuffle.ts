import { apply, type Operation } from '../../operation'
import type { Tensor } from '../../tensor'
import { toChannelsFirst, toChannelsLast } from '../convolution/onnxConvolution'
import { checkImages } from '../convolution/window'

interface BlockAttributes {
  block: number
}

const unshuffleOperation: Operation<BlockAttributes> = {
  name: 'pixelUnshuffle',
  infer: ([x], { block }) => {
    checkImages('pixelUnshuffle', x!.shape)
    const [batch, height, width, channels] = x!.shape as [number, number, number, number]
    if (height % block || width % block)
      throw new Error(`pixelUnshuffle: ${height} × ${width} is not made of blocks of ${block}.`)
    return [{ shape: [batch, height / block, width / block, channels * block * block], dtype: 'float32' }]
  },
  gradient: ({ attributes: { block }, gradient }) => [pixelShuffle(gradient, block)],
  tensorflow: (emit, inputs, { attributes: { block } }) =>
    emit.node('SpaceToDepth', inputs, {
      T: { type: 'float32' },
      block_size: { i: block },
      data_format: { s: 'NHWC' },
    }),
  onnx: (emit, [x], { attributes: { block } }) =>
    toChannelsLast(emit, emit.node('SpaceToDepth', [toChannelsFirst(emit, x!)], { blocksize: block })),
}

const shuffleOperation: Operation<BlockAttributes> = {
  name: 'pixelShuffle',
  infer: ([x], { block }) => {
    checkImages('pixelShuffle', x!.shape)
    const [batch, height, width, channels] = x!.shape as [number, number, number, number]
    if (channels % (block * block))
      throw new Error(`pixelShuffle: ${channels} channels are no blocks of ${block} × ${block}.`)
    return [{ shape: [batch, height * block, width * block, channels / (block * block)], dtype: 'float32' }]
  },
  gradient: ({ attributes: { block }, gradient }) => [pixelUnshuffle(gradient, block)],
  tensorflow: (emit, inputs, { attributes: { block } }) =>
    emit.node('DepthToSpace', inputs, {
      T: { type: 'float32' },
      block_size: { i: block },
      data_format: { s: 'NHWC' },
    }),
  onnx: (emit, [x], { attributes: { block } }) =>
    toChannelsLast(
      emit,
      emit.node('DepthToSpace', [toChannelsFirst(emit, x!)], { blocksize: block, mode: 'DCR' }),
    ),
}

/**
 * Each block × block square of pixels becomes one pixel of block² times the channels, row by row, the channels of a pixel
 * side by side: [n, h, w, c] → [n, h/block, w/block, block²·c].
 */
export function pixelUnshuffle(x: Tensor, block: number): Tensor {
  return block === 1 ? x : apply(unshuffleOperation, [x], { block })
}

/** The reverse of `pixelUnshuffle` (Shi et al. 2016): [n, h, w, block²·c] → [n, h·block, w·block, c]. */
export function pixelShuffle(x: Tensor, block: number): Tensor {
  return block === 1 ? x : apply(shuffleOperation, [x], { block })
}
