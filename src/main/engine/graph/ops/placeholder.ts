import { apply, type Operation } from '../operation'
import type { DType, Node, Shape, Tensor } from '../tensor'

interface PlaceholderAttributes {
  name: string
  shape: Shape
  dtype: DType
}

const placeholderOperation: Operation<PlaceholderAttributes> = {
  name: 'placeholder',
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  tensorflow: (emit, _, { attributes }) => emit.placeholder(attributes.name, attributes),
  onnx: (emit, _, { attributes }) => emit.placeholder(attributes.name, attributes),
}

/** An input of the functions that use it, fed by name. */
export function placeholder(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return apply(placeholderOperation, [], { name, shape, dtype })
}

/** The name under which a node is fed, if it is a placeholder. */
export function placeholderName(node: Node): string | undefined {
  return node.operation === (placeholderOperation as Operation<never>)
    ? (node.attributes as PlaceholderAttributes).name
    : undefined
}
