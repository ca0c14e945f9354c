import { blockedDomain, type OnnxEmitter } from '../../emitters'

/** A convolution in ONNX's terms: pairs are of rows and columns, zeros before both axes, then after them. */
export interface OnnxConvolution {
  readonly channels: number
  readonly filters: number
  readonly taps: readonly [number, number]
  readonly stride: number
  readonly dilation: number
  readonly zeros: readonly [number, number, number, number]
}

/**
 * A convolution of images whose channels are last.
 *
 * @param x batch × height × width × channels
 * @param kernel height × width × channels × filters
 * @param bias [filters]
 */
export function onnxConvolution(
  emit: OnnxEmitter,
  [x, kernel, bias]: readonly [x: string, kernel: string, bias?: string],
  convolution: OnnxConvolution,
): string {
  const attributes = {
    kernel_shape: convolution.taps,
    strides: [convolution.stride, convolution.stride],
    dilations: [convolution.dilation, convolution.dilation],
    pads: convolution.zeros,
  }
  const block = emit.channelBlock
  if (block && canBeBlocked(convolution, block)) {
    const { filters } = convolution
    const images = blockedImages(emit, x, convolution, block)
    const weights = blockedKernel(emit, kernel, convolution, block)
    const biases = bias ? [padded(emit, bias, [filters], [rounded(filters, block)])] : []
    const sums = emit.node(`${blockedDomain}.Conv`, [images, weights, ...biases], { ...attributes, group: 1 })
    return emit.node(`${blockedDomain}.ReorderOutput`, [sums], { channels: filters, channels_last: 1 })
  }
  const weights = emit.node('Transpose', [kernel], { perm: [3, 2, 0, 1] })
  const inputs = [toChannelsFirst(emit, x), weights, ...(bias ? [bias] : [])]
  return toChannelsLast(emit, emit.node('Conv', inputs, attributes))
}

const rounded = (count: number, block: number) => Math.ceil(count / block) * block

/** Channels are taken as they are where they fill no block, and reordered four at a time where they do. */
const canBeBlocked = ({ channels }: OnnxConvolution, block: number) => channels < block || channels % 4 === 0

function blockedImages(emit: OnnxEmitter, x: string, { channels }: OnnxConvolution, block: number): string {
  if (channels < block) return toChannelsFirst(emit, x)
  return emit.node(`${blockedDomain}.ReorderInput`, [x], { channels_last: 1 })
}

/** The kernel as filters / block × channels / block × height × width × block of channels × block of filters. */
function blockedKernel(
  emit: OnnxEmitter,
  kernel: string,
  { channels, filters, taps }: OnnxConvolution,
  block: number,
): string {
  const outer = rounded(filters, block)
  const inner = channels < block ? channels : rounded(channels, block)
  const whole = padded(emit, kernel, [...taps, channels, filters], [...taps, inner, outer])
  const reshape = (value: string, sizes: readonly number[]) =>
    emit.node('Reshape', [value, emit.constant('int64', [sizes.length], sizes)])
  const ordered =
    channels < block
      ? emit.node('Transpose', [reshape(whole, [...taps, inner, outer / block, block])], {
          perm: [3, 2, 0, 1, 4],
        })
      : emit.node('Transpose', [reshape(whole, [...taps, inner / block, block, outer / block, block])], {
          perm: [4, 2, 0, 1, 3, 5],
        })
  return reshape(ordered, [outer, inner, ...taps])
}

/** With zeros after what is there. */
function padded(emit: OnnxEmitter, value: string, from: readonly number[], to: readonly number[]): string {
  const zeros = [...from.map(() => 0), ...from.map((size, axis) => to[axis]! - size)]
  if (!zeros.some(Boolean)) return value
  return emit.node('Pad', [value, emit.constant('int64', [zeros.length], zeros)])
}

/** ONNX's convolutions take batch × channels × height × width; ONNX Runtime takes out pairs of these that cancel. */
export const toChannelsFirst = (emit: OnnxEmitter, x: string): string =>
  emit.node('Transpose', [x], { perm: [0, 3, 1, 2] })

export const toChannelsLast = (emit: OnnxEmitter, x: string): string =>
  emit.node('Transpose', [x], { perm: [0, 2, 3, 1] })
