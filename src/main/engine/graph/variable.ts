import type { Operation } from './operation'
import { apply } from './operation'
import type { Shape, Tensor } from './tensor'

/** A float32 array that lives in the runtime between calls. Names are unique within a program. */
export interface Variable {
  readonly name: string
  readonly shape: Shape
  /** Its value when a function starts. */
  readonly value: Tensor
}

const variableOperation: Operation<{ variable: Variable }> = {
  name: 'variable',
  infer: (_, { variable }) => [{ shape: variable.shape, dtype: 'float32' }],
  tensorflow: (emit, _, { attributes }) => emit.variable(attributes.variable),
  onnx: (emit, _, { attributes }) => emit.variable(attributes.variable),
}

/** @param shape static */
export function createVariable(name: string, shape: Shape): Variable {
  const variable = { name, shape } as { name: string; shape: Shape; value: Tensor }
  variable.value = apply(variableOperation, [], { variable })
  return variable
}

/** The variable that a tensor is the unchanged value of, if it is one. */
export function variableOf(tensor: Tensor): Variable | undefined {
  return tensor.node.operation === (variableOperation as Operation<never>)
    ? (tensor.node.attributes as { variable: Variable }).variable
    : undefined
}
