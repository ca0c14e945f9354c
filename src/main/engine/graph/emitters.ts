import type { Variable } from './variable'
import type { DType, Shape, TensorType } from './tensor'

/** A value of a TensorFlow node's attribute (AttrValue in attr_value.proto). */
export type TensorflowAttribute =
  | { type: DType | 'float16' | 'int8' }
  | { b: boolean }
  | { i: number }
  | { f: number }
  | { s: string }
  | { shape: Shape }
  | { ints: readonly number[] }

/** Adds nodes to a GraphDef. Names are those that other nodes take as inputs; `^name` is a control input. */
export interface TensorflowEmitter {
  node(op: string, inputs: readonly string[], attributes?: Record<string, TensorflowAttribute>): string
  constant(dtype: 'float32' | 'int32', shape: Shape, values: readonly number[]): string
  placeholder(name: string, type: TensorType): string
  /** The value of a variable that this function has not written yet. */
  variable(variable: Variable): string
  /**
   * One in-place update by a ResourceApply… operation. `values` names the current value of each variable, in the order
   * in which the operation takes their handles; the names returned are those of the values after it.
   */
  update(
    op: string,
    variables: readonly { variable: Variable; value: string }[],
    inputs: readonly string[],
    attributes?: Record<string, TensorflowAttribute>,
  ): readonly string[]
}

export type OnnxAttribute = number | readonly number[] | string | { f: number }

/**
 * ONNX Runtime's own operators for images that lie in blocks of channels (batch × channels / block × height × width ×
 * block), into which it turns convolutions with constant weights itself. `DOMAIN.Name` is one of them.
 */
export const blockedDomain = 'com.microsoft.nchwc'

/** Adds nodes to an ONNX graph (opset 17). Integers become `i`/`ints` attributes; write floats as `{ f }`. */
export interface OnnxEmitter {
  /** How many channels the processor's convolutions take at a time; null where only ONNX's own operators may be used. */
  readonly channelBlock: number | null
  node(op: string, inputs: readonly string[], attributes?: Record<string, OnnxAttribute>): string
  /** As `node`, for an operation with several outputs. */
  nodes(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes?: Record<string, OnnxAttribute>,
  ): string[]
  /** A constant of the given type; int64 for axes and shapes. */
  constant(dtype: DType | 'int64', shape: Shape, values: readonly number[]): string
  placeholder(name: string, type: TensorType): string
  variable(variable: Variable): string
}

/** ONNX's TensorProto.DataType. */
export const onnxTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const
