/** Adds nodes to a graph of ONNX (opset 17), as the engine's emitter does. Integers become `i` attributes; write floats as `{ f }`. */
export interface OnnxNodes {
  node(op: string, inputs: readonly string[], attributes?: Record<string, number | { f: number }>): string
  constant(dtype: 'float32', shape: readonly number[], values: readonly number[]): string
}

/** A number as a constant of an ONNX graph. */
export const onnxScalar = (emit: OnnxNodes, value: number): string => emit.constant('float32', [], [value])
