import { apply, type Operation } from '../operation'
import { formatShape, sameShape, type Tensor } from '../tensor'
import { readTransposed } from './transpose'

interface MatmulAttributes {
  transposeA: boolean
  transposeB: boolean
}

const matmulOperation: Operation<MatmulAttributes> = {
  name: 'matmul',
  infer: ([a, b, plus], { transposeA, transposeB }) => {
    if (a!.shape.length !== 2 || b!.shape.length !== 2) throw new Error('matmul: both operands are matrices.')
    const [m, k] = transposeA ? [a!.shape[1]!, a!.shape[0]!] : [a!.shape[0]!, a!.shape[1]!]
    const [l, n] = transposeB ? [b!.shape[1]!, b!.shape[0]!] : [b!.shape[0]!, b!.shape[1]!]
    if (k !== l)
      throw new Error(`matmul: ${formatShape(a!.shape)} and ${formatShape(b!.shape)} do not multiply.`)
    if (plus && !sameShape(plus.shape, [m, n]))
      throw new Error(`matmul: ${formatShape(plus.shape)} cannot be added to ${formatShape([m, n])}.`)
    return [{ shape: [m, n], dtype: 'float32' }]
  },
  // With A' = op(A), B' = op(B): ∂/∂A' = dY·B'ᵀ and ∂/∂B' = A'ᵀ·dY, transposed again where op is a transpose.
  gradient: ({ inputs, attributes: { transposeA: ta, transposeB: tb }, gradient: dy, needed }) => {
    const [a, b] = inputs as [Tensor, Tensor]
    return [
      needed[0] ? (ta ? matmul(b, dy, tb, true) : matmul(dy, b, false, !tb)) : null,
      needed[1] ? (tb ? matmul(dy, a, true, ta) : matmul(a, dy, !ta, false)) : null,
      dy,
    ].slice(0, inputs.length)
  },
  tensorflow: (emit, [a, b, plus], { attributes }) => {
    const float = { T: { type: 'float32' } } as const
    const product = emit.node('MatMul', [a!, b!], {
      ...float,
      transpose_a: { b: attributes.transposeA },
      transpose_b: { b: attributes.transposeB },
    })
    return plus ? emit.node('AddV2', [product, plus], float) : product
  },
  onnx: (emit, inputs, { attributes }) =>
    emit.node('Gemm', inputs, {
      transA: Number(attributes.transposeA),
      transB: Number(attributes.transposeB),
    }),
}

/**
 * op(A)·op(B) + C of matrices, op being the transpose where asked: [m, k] · [k, n] → [m, n]. What is a transpose already is
 * read as it lies.
 *
 * @param plus C, [m, n]; nothing is added without it
 */
export function matmul(
  a: Tensor,
  b: Tensor,
  transposeA = false,
  transposeB = false,
  plus: Tensor | null = null,
): Tensor {
  const first = readTransposed(a, transposeA)
  const second = readTransposed(b, transposeB)
  return apply(matmulOperation, plus ? [first.of, second.of, plus] : [first.of, second.of], {
    transposeA: first.transposed,
    transposeB: second.transposed,
  })
}
