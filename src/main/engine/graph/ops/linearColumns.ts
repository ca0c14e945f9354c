import { apply, type Operation } from '../operation'
import { formatShape, type Tensor } from '../tensor'
import { concat, readJoined } from './concat'
import { customGradient } from './customGradient'
import { matmul } from './matmul'
import { reduceSum } from './reduce'
import { slice } from './slice'
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
 * as it lies, and of a kernel that is joined from parts each part alone.
 */
export function linearColumns(x: Tensor, kernel: Tensor, bias: Tensor, transposeKernel = false): Tensor {
  const read = readTransposed(kernel, transposeKernel)
  const joined = readJoined(read.of)
  if (!joined) return columnsOfOne(x, read.of, bias, read.transposed)
  const parts = { parts: joined.parts, turned: read.transposed }
  const alongInputs = joined.axis === (read.transposed ? 1 : 0)
  return alongInputs ? sumOverParts(x, bias, parts) : joinOverParts(x, bias, parts)
}

function columnsOfOne(x: Tensor, kernel: Tensor, bias: Tensor, transposeKernel: boolean): Tensor {
  const images = readTransposed(x, false)
  const attributes = { transposeKernel, transposeImages: images.transposed }
  return apply(linearColumnsOperation, [images.of, kernel, bias], attributes)
}

/** Parts of a kernel, [inputs, units], or [units, inputs] where turned. */
interface Parts {
  readonly parts: readonly Tensor[]
  readonly turned: boolean
}

/** Each part reads some of the inputs. */
function sumOverParts(x: Tensor, bias: Tensor, { parts, turned }: Parts): Tensor {
  const read = rowsOf(x, parts, turned ? 1 : 0)
  const first = columnsOfOne(read[0]!, parts[0]!, bias, turned)
  const sums = parts.slice(1).reduce((sum, part, i) => matmul(part, read[i + 1]!, !turned, false, sum), first)
  const ofX = (dy: Tensor) => parts.map((part) => matmul(part, dy, turned))
  return customGradient(
    sums,
    [x, (dy) => concat(ofX(dy), 0)],
    [bias, (dy) => reduceSum(dy, [1])],
    ...parts.map((part, i) => [part, (dy: Tensor) => ofPart(read[i]!, dy, turned)] as const),
  )
}

/** Each part gives some of the units. */
function joinOverParts(x: Tensor, bias: Tensor, { parts, turned }: Parts): Tensor {
  const rows = (of: Tensor) => rowsOf(of, parts, turned ? 0 : 1)
  const biases = rows(bias)
  const units = parts.map((part, i) => columnsOfOne(x, part, biases[i]!, turned))
  const ofX = (dy: Tensor) =>
    rows(dy).reduce<Tensor | null>((sum, own, i) => matmul(parts[i]!, own, turned, false, sum), null)!
  return customGradient(
    concat(units, 0),
    [x, ofX],
    [bias, (dy) => reduceSum(dy, [1])],
    ...parts.map((part, i) => [part, (dy: Tensor) => ofPart(x, rows(dy)[i]!, turned)] as const),
  )
}

/** ∂loss/∂part out of what it read and what flows to what it gave. */
const ofPart = (x: Tensor, dy: Tensor, turned: boolean) =>
  turned ? matmul(dy, x, false, true) : matmul(x, dy, false, true)

/** A matrix or vector cut along its first axis, into as many rows each as a part has along the given axis. */
function rowsOf(x: Tensor, parts: readonly Tensor[], axis: number): Tensor[] {
  let start = 0
  return parts.map(({ shape }) => {
    const rows = slice(x, 0, start, shape[axis]!)
    start += shape[axis]!
    return rows
  })
}
