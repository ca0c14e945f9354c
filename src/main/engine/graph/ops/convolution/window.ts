import { BATCH, formatShape, type Shape } from '../../tensor'

/** `same`: outputs = ⌈inputs / stride⌉, zeros around, the odd one below and on the right; `valid`: no zeros. */
export type ConvolutionPadding = 'same' | 'valid'

export interface WindowOptions {
  readonly stride: number
  /** Distance between the taps of the kernel. */
  readonly dilation: number
  readonly padding: ConvolutionPadding
}

export const defaultWindow: WindowOptions = { stride: 1, dilation: 1, padding: 'same' }

/** How a window of `taps` moves along one axis. */
export interface AxisWindow {
  readonly outputs: number
  /** Zeros before and after. */
  readonly before: number
  readonly after: number
}

/** @throws Error when a `valid` window is larger than the axis */
export function axisWindow(
  size: number,
  taps: number,
  { stride, dilation, padding }: WindowOptions,
): AxisWindow {
  const extent = (taps - 1) * dilation + 1
  if (padding === 'same') {
    const outputs = Math.ceil(size / stride)
    const zeros = Math.max(0, (outputs - 1) * stride + extent - size)
    return { outputs, before: zeros >> 1, after: zeros - (zeros >> 1) }
  }
  if (extent > size) throw new Error(`A window of ${extent} does not fit into ${size}.`)
  return { outputs: Math.floor((size - extent) / stride) + 1, before: 0, after: 0 }
}

/** @throws Error that names the operation for anything but images, batch × height × width × channels */
export function checkImages(operation: string, shape: Shape): void {
  if (shape.length !== 4 || shape.slice(1).includes(BATCH))
    throw new Error(
      `${operation}: takes images as batch × height × width × channels, not ${formatShape(shape)}.`,
    )
}

/** TensorFlow's attributes of an operation with a moving window, NHWC. */
export function tensorflowWindow({ stride, dilation, padding }: WindowOptions) {
  return {
    T: { type: 'float32' },
    strides: { ints: [1, stride, stride, 1] },
    dilations: { ints: [1, dilation, dilation, 1] },
    padding: { s: padding.toUpperCase() },
    data_format: { s: 'NHWC' },
  } as const
}
