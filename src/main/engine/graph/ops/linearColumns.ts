import { apply, type Operation } from '../operation'
import { formatShape, type Tensor } from '../tensor'
import { matmul } from './matmul'
import { reduceSum } from './reduce'
import { readTransposed } from './transpose'

interface LinearColumnsAttributes {
  transposeKernel: boolean
}

const linearColumnsOperation: Operation<LinearColumnsAttributes> = {
  name: 'linearColumns',
  infer: ([x, kernel, bias], { transposeKernel }) => {
    const [inputs, units] = transposeKernel ? [...kernel!.shape].reverse() : kernel!.shape
    const fits = x!.shape.length === 2 && kernel!.shape.length === 2 && x!.shape[0] === inputs
    if (!fits || bias!.shape.length !== 1 || bias!.shape[0] !== units)
      throw new Error(
        `linearColumns: ${formatShape(x!.shape)}, a kernel of ${formatShape(kernel!.shape)} and a bias of ${formatShape(bias!.shape)} do not go together.`,
      )
    return [{ shape: [units!, x!.shape[1]!], dtype: 'float32' }]
  },
  gradient: ({ inputs, attributes: { transposeKernel }, gradient: dy, needed }) => {
    const [x, kernel] = inputs as [Tensor, Tensor]
    return [
      needed[0] ? matmul(kernel, dy, transposeKernel, false) : null,
      needed[1] ? (transposeKernel ? matmul(dy, x, false, true) : matmul(x, dy, false, true)) : null,
      needed[2] ? reduceSum(dy, [1]) : null,
    ]
  },
  tensorflow: (emit, [x, kernel, bias], { attributes: { transposeKernel }, inputs }) => {
    const float = { T: { type: 'float32' } } as const
    const product = emit.node('MatMul', [kernel!, x!], {
      ...float,
      transpose_a: { b: !transposeKernel },
      transpose_b: { b: false },
    })
    const shape = emit.constant('int32', [2], [inputs[2]!.shape[0]!, 1])
    const column = emit.node('Reshape', [bias!, shape], { ...float, Tshape: { type: 'int32' } })
    return emit.node('AddV2', [product, column], float)
  },
  onnx: (emit, [x, kernel, bias], { attributes: { transposeKernel }, inputs }) => {
    const column = emit.node('Reshape', [bias!, emit.constant('int64', [2], [inputs[2]!.shape[0]!, 1])])
    return emit.node('Gemm', [kernel!, x!, column], { transA: Number(!transposeKernel), transB: 0 })
  },
}

/** `linear` where every image is a column, Wᵀ·x + b or W·x + b: [inputs, n] → [units, n]. */
export function linearColumns(x: Tensor, kernel: Tensor, bias: Tensor, transposeKernel = false): Tensor {
  const { of, transposed } = readTransposed(kernel, transposeKernel)
  return apply(linearColumnsOperation, [x, of, bias], { transposeKernel: transposed })
}
