import { apply, type Operation } from '../operation'
import { formatShape, type Tensor } from '../tensor'
import { add } from './arithmetic'
import { matmul } from './matmul'
import { readTransposed, transpose } from './transpose'

const gramOperation: Operation<{ transposed: boolean }> = {
  name: 'gram',
  infer: ([x], { transposed }) => {
    if (x!.shape.length !== 2) throw new Error(`gram: ${formatShape(x!.shape)} is no matrix.`)
    const size = x!.shape[transposed ? 0 : 1]!
    return [{ shape: [size, size], dtype: 'float32' }]
  },
  // Of AᵀA it is A·(dY + dYᵀ): one product, where that of a product of two factors takes two.
  gradient: ({ inputs: [x], attributes: { transposed }, gradient: dy }) => {
    const both = add(dy, transpose(dy))
    return [transposed ? matmul(both, x!) : matmul(x!, both)]
  },
  tensorflow: (emit, [x], { attributes: { transposed } }) =>
    emit.node('MatMul', [x!, x!], {
      T: { type: 'float32' },
      transpose_a: { b: !transposed },
      transpose_b: { b: transposed },
    }),
  onnx: (emit, [x], { attributes: { transposed } }) =>
    emit.node('Gemm', [x!, x!], { transA: Number(!transposed), transB: Number(transposed) }),
}

/** The Gram matrix AᵀA, [m, n] → [n, n]: products of each column with each other. */
export function gram(a: Tensor): Tensor {
  const { of, transposed } = readTransposed(a, false)
  return apply(gramOperation, [of], { transposed })
}
