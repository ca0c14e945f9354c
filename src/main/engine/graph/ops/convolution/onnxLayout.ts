import type { OnnxEmitter } from '../../emitters'

/** ONNX's convolutions take batch × channels × height × width; ONNX Runtime takes out pairs of these that cancel. */
export const toChannelsFirst = (emit: OnnxEmitter, x: string): string =>
  emit.node('Transpose', [x], { perm: [0, 3, 1, 2] })

export const toChannelsLast = (emit: OnnxEmitter, x: string): string =>
  emit.node('Transpose', [x], { perm: [0, 2, 3, 1] })
