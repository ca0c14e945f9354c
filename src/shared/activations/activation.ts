import type { OnnxNodes } from '../onnxNodes'

/** How a graph computes an activation and its gradient, one operation each, so that a runtime's fused kernel can serve. */
export interface ActivationRule {
  /** TensorFlow's operation, its gradient operation and what that takes, in its order. */
  readonly tensorflow: {
    readonly op: string
    readonly gradient: string
    readonly takes: readonly ('x' | 'y' | 'dy')[]
    readonly attributes?: Record<string, { f: number }>
  }
  readonly onnx: (emit: OnnxNodes, x: string) => string
  /** ∂loss/∂x in ONNX operations, which has none of its own. */
  readonly onnxGradient: (emit: OnnxNodes, x: string, y: string, dy: string) => string
  /** ONNX's operator that computes just this, whatever its attributes: files that have it can be read. */
  readonly readFrom?: string
}

/** All that is known of an activation: what it is called, and how each place that computes it writes it. */
export interface ActivationFacts {
  /** The field's own name, the same in every language. */
  readonly label: string
  readonly compute: (x: number) => number
  /** An expression of C, in float; `x` is an lvalue. */
  readonly c: (x: string) => string
  /** An expression of NumPy, of the array `x`. */
  readonly numpy: string
  /** A function of PyTorch, which is imported as `torch`, its functional part as `F`. */
  readonly torch: string
  /** Null for what does nothing. */
  readonly graph: ActivationRule | null
}
