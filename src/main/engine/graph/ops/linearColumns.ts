import { apply, type Operation } from '../operation'
import { formatShape, type Tensor } from '../tensor'
import { matmul } from './matmul'
import { reduceSum } from './reduce'
import { readTransposed } from './transpose'

interface LinearColumnsAttributes {
  transposeKernel: boolean
  /** Whether images are the rows of what is read all the same. */
  transposeImages: boolean
}

const linearColumnsOperation: Operation<LinearColumnsAttributes> = {
  name: 'linearColumns',
  infer: ([x, kernel, bias], { transposeKernel, transposeImages }) => {
    const [inputs, units] = transposeKernel ? [...kernel!.shape].reverse() : kernel!.shape
    const [rows, images] = transposeImages ? [...x!.shape].reverse() : x!.shape
    const fits = x!.shape.length === 2 && kernel!.shape.length === 2 && rows === inputs
    if (!fits || bias!.shape.length !== 1 || bias!.shape[0] !== units)
      throw new Error(
        `linearColumns: ${formatShape(x!.shape)}, a kernel of ${formatShape(kernel!.shape)} and a bias of ${formatShape(bias!.shape)} do not go together.`,
      )
    return [{ shape: [units!, images!], dtype: 'float32' }]
  },
  gradient: ({ inputs, attributes: { transposeKernel, transposeImages }, gradient: dy, needed }) => {
    const [x, kernel] = inputs as [Tensor, Tensor]
    const ofX = () =>
      transposeImages
        ? matmul(dy, kernel, true, !transposeKernel)
        : matmul(kernel, dy, transposeKernel, false)
    const ofKernel = () =>
      transposeKernel ? matmul(dy, x, false, !transposeImages) : matmul(x, dy, transposeImages, true)
    return [needed[0] ? ofX() : null, needed[1] ? ofKernel() : null, needed[2] ? reduceSum(dy, [1]) : null]
  },
  tensorflow: (emit, [x, kernel, bias], { attributes: { transposeKernel, transposeImages }, inputs }) => {
    const float = { T: { type: 'float32' } } as const
    const product = emit.node('MatMul', [kernel!, x!], {
      ...float,
      transpose_a: { b: !transposeKernel },
      transpose_b: { b: transposeImages },
    })
    const shape = emit.constant('int32', [2], [inputs[2]!.shape[0]!, 1])
    const column = emit.node('Reshape', [bias!, shape], { ...float, Tshape: { type: 'int32' } })
    return emit.node('AddV2', [product, column], float)
  },
  onnx: (emit, [x, kernel, bias], { attributes: { transposeKernel, transposeImages }, inputs }) => {
    const column = emit.node('Reshape', [bias!, emit.constant('int64', [2], [inputs[2]!.shape[0]!, 1])])
    return emit.node('Gemm', [kernel!, x!, column], {
      transA: Number(!transposeKernel),
      transB: Number(transposeImages),
    })
  },
}

/**
 * `linear` where every image is a column, Wᵀ·x + b or W·x + b: [inputs, n] → [units, n]. What is a transpose already is read
 * as it lies.
 */
export function linearColumns(x: Tensor, kernel: Tensor, bias: Tensor, transposeKernel = false): Tensor {
  const read = readTransposed(kernel, transposeKernel)
  const images = readTransposed(x, false)
  const attributes = { transposeKernel: read.transposed, transposeImages: images.transposed }
  return apply(linearColumnsOperation, [images.of, read.of, bias], attributes)
}
