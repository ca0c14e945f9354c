import { apply, type Operation } from '../operation'
import { formatShape, type Tensor } from '../tensor'
import { matmul } from './matmul'
import { reduceSum } from './reduce'
import { readTransposed } from './transpose'

interface LinearAttributes {
  transposeKernel: boolean
}

const linearOperation: Operation<LinearAttributes> = {
  name: 'linear',
  infer: ([x, kernel, bias], { transposeKernel }) => {
    const [inputs, units] = transposeKernel ? [...kernel!.shape].reverse() : kernel!.shape
    const fits = x!.shape.length === 2 && kernel!.shape.length === 2 && x!.shape[1] === inputs
    if (!fits || bias!.shape.length !== 1 || bias!.shape[0] !== units)
      throw new Error(
        `linear: ${formatShape(x!.shape)}, a kernel of ${formatShape(kernel!.shape)} and a bias of ${formatShape(bias!.shape)} do not go together.`,
      )
    return [{ shape: [x!.shape[0]!, units!], dtype: 'float32' }]
  },
  gradient: ({ inputs, attributes: { transposeKernel }, gradient: dy, needed }) => {
    const [x, kernel] = inputs as [Tensor, Tensor]
    return [
      needed[0] ? matmul(dy, kernel, false, !transposeKernel) : null,
      needed[1] ? (transposeKernel ? matmul(dy, x, true, false) : matmul(x, dy, true, false)) : null,
      needed[2] ? reduceSum(dy, [0]) : null,
    ]
  },
  tensorflow: (emit, [x, kernel, bias], { attributes: { transposeKernel } }) => {
    const product = emit.node('MatMul', [x!, kernel!], {
      T: { type: 'float32' },
      transpose_a: { b: false },
      transpose_b: { b: transposeKernel },
    })
    return emit.node('BiasAdd', [product, bias!], { T: { type: 'float32' }, data_format: { s: 'NHWC' } })
  },
  onnx: (emit, inputs, { attributes: { transposeKernel } }) =>
    emit.node('Gemm', inputs, { transA: 0, transB: Number(transposeKernel) }),
}

/** A dense layer before its activation, x·W + b or x·Wᵀ + b: [n, inputs] → [n, units]. */
export function linear(x: Tensor, kernel: Tensor, bias: Tensor, transposeKernel = false): Tensor {
  const { of, transposed } = readTransposed(kernel, transposeKernel)
  return apply(linearOperation, [x, of, bias], { transposeKernel: transposed })
}
