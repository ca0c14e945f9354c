import { describe, expect, test } from 'vitest'
import { gradients } from '../../../../src/main/engine/graph/autodiff'
import { activationFunctions } from '../../../../src/main/engine/graph/ops/activations'
import {
  add,
  atLeast,
  div,
  maximum,
  minimum,
  mul,
  sub,
} from '../../../../src/main/engine/graph/ops/arithmetic'
import { batchSize } from '../../../../src/main/engine/graph/ops/batchSize'
import { biasAdd } from '../../../../src/main/engine/graph/ops/biasAdd'
import { broadcastLike } from '../../../../src/main/engine/graph/ops/broadcast'
import { concat } from '../../../../src/main/engine/graph/ops/concat'
import { constant, fill } from '../../../../src/main/engine/graph/ops/constant'
import { linear } from '../../../../src/main/engine/graph/ops/linear'
import { linearColumns } from '../../../../src/main/engine/graph/ops/linearColumns'
import { matmul } from '../../../../src/main/engine/graph/ops/matmul'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { reduceMean, reduceSum } from '../../../../src/main/engine/graph/ops/reduce'
import { reshape } from '../../../../src/main/engine/graph/ops/reshape'
import { slice } from '../../../../src/main/engine/graph/ops/slice'
import { split } from '../../../../src/main/engine/graph/ops/split'
import { sumOfSquares } from '../../../../src/main/engine/graph/ops/sumOfSquares'
import { transpose } from '../../../../src/main/engine/graph/ops/transpose'
import { abs, exp, log, neg, sign, sqrt, square } from '../../../../src/main/engine/graph/ops/unary'
import { unitInterval } from '../../../../src/main/engine/graph/ops/unitInterval'
import { BATCH, type Tensor } from '../../../../src/main/engine/graph/tensor'
import { describeRuntimes, evaluate, floats } from '../../../support/runtimes'

const x = placeholder('x', [BATCH, 3])
const y = placeholder('y', [BATCH, 3])
const [xs, ys] = [
  [-1.5, 0.5, 2, -0.25, 1, 3],
  [2, 0.5, -1, 4, -0.5, 1.5],
] as const
const feeds = { x: floats([2, 3], xs), y: floats([2, 3], ys) }

type Elementwise = [name: string, of: Tensor, as: (x: number, y: number) => number]

const elementwise: Elementwise[] = [
  ['add', add(x, y), (a, b) => a + b],
  ['sub', sub(x, y), (a, b) => a - b],
  ['mul', mul(x, y), (a, b) => a * b],
  ['div', div(x, y), (a, b) => a / b],
  ['a number on the left', sub(1, x), (a) => 1 - a],
  ['maximum', maximum(x, y), Math.max],
  ['minimum', minimum(x, y), Math.min],
  ['atLeast', atLeast(x, y), (a, b) => Number(a >= b)],
  ['atLeast a number', atLeast(x, 0.5), (a) => Number(a >= 0.5)],
  ['neg', neg(x), (a) => -a],
  ['exp', exp(x), Math.exp],
  ['log', log(abs(x)), (a) => Math.log(Math.abs(a))],
  ['sqrt', sqrt(abs(x)), (a) => Math.sqrt(Math.abs(a))],
  ['abs', abs(x), Math.abs],
  ['sign', sign(x), Math.sign],
  ['square', square(x), (a) => a * a],
  ['linear', activationFunctions.linear(x), (a) => a],
  ['relu', activationFunctions.relu(x), (a) => Math.max(a, 0)],
  ['leaky-relu', activationFunctions['leaky-relu'](x), (a) => (a > 0 ? a : 0.2 * a)],
  ['elu', activationFunctions.elu(x), (a) => (a > 0 ? a : Math.expm1(a))],
  ['sigmoid', activationFunctions.sigmoid(x), (a) => 1 / (1 + Math.exp(-a))],
  ['tanh', activationFunctions.tanh(x), Math.tanh],
  ['softplus', activationFunctions.softplus(x), (a) => Math.log1p(Math.exp(a))],
]

const matrix = constant([2, 3], [1, 2, 3, 4, 5, 6])
const cube = constant([2, 1, 3], [1, 2, 3, 4, 5, 6])

const rearranging: [name: string, of: Tensor, shape: number[], values: number[]][] = [
  [
    'broadcast of a row and a column',
    add(constant([1, 3], [1, 2, 3]), constant([2, 1], [10, 20])),
    [2, 3],
    [11, 12, 13, 21, 22, 23],
  ],
  ['batchSize', batchSize(x), [], [2]],
  ['batchSize on another axis', batchSize(transpose(x)), [], [2]],
  ['biasAdd', biasAdd(matrix, constant([3], [10, 20, 30])), [2, 3], [11, 22, 33, 14, 25, 36]],
  ['linear', linear(matrix, constant([3, 1], [1, 0, 2]), constant([1], [10])), [2, 1], [17, 26]],
  ['linear', linear(matrix, constant([1, 3], [1, 0, 2]), constant([1], [10]), true), [2, 1], [17, 26]],
  [
    'linearColumns',
    linearColumns(transpose(matrix), constant([3, 1], [1, 0, 2]), constant([1], [10])),
    [1, 2],
    [17, 26],
  ],
  [
    'linearColumns of a transpose',
    linearColumns(transpose(matrix), transpose(constant([3, 1], [1, 0, 2])), constant([1], [10]), true),
    [1, 2],
    [17, 26],
  ],
  [
    'linearColumns, transposed',
    linearColumns(transpose(matrix), constant([1, 3], [1, 0, 2]), constant([1], [10]), true),
    [1, 2],
    [17, 26],
  ],
  [
    'linearColumns of parts of the inputs',
    linearColumns(
      transpose(matrix),
      concat([constant([1, 1], [1]), constant([2, 1], [0, 2])], 0),
      constant([1], [10]),
    ),
    [1, 2],
    [17, 26],
  ],
  [
    'linearColumns of parts of the units',
    linearColumns(
      transpose(matrix),
      concat([constant([1, 3], [1, 0, 2]), constant([1, 3], [1, 1, 0])], 0),
      constant([2], [10, 20]),
      true,
    ),
    [2, 2],
    [17, 26, 23, 29],
  ],
  ['broadcastLike', broadcastLike(constant([3], [7, 8, 9]), x), [2, 3], [7, 8, 9, 7, 8, 9]],
  ['concat', concat([matrix, constant([2, 1], [10, 20])], 1), [2, 4], [1, 2, 3, 10, 4, 5, 6, 20]],
  ['fill', fill([2, 2], 3), [2, 2], [3, 3, 3, 3]],
  ['matmul of a transpose', matmul(matrix, transpose(matrix)), [2, 2], [14, 32, 32, 77]],
  [
    'matmul of a transpose, transposed',
    matmul(matrix, transpose(transpose(matrix)), false, true),
    [2, 2],
    [14, 32, 32, 77],
  ],
  [
    'matmul of what keeps its order',
    matmul(matrix, transpose(matrix, [0, 1]), false, true),
    [2, 2],
    [14, 32, 32, 77],
  ],
  ['matmul a·bᵀ', matmul(matrix, matrix, false, true), [2, 2], [14, 32, 32, 77]],
  [
    'matmul a·bᵀ + c',
    matmul(matrix, matrix, false, true, constant([2, 2], [1, 2, 3, 4])),
    [2, 2],
    [15, 34, 35, 81],
  ],
  ['matmul aᵀ·b', matmul(matrix, matrix, true), [3, 3], [17, 22, 27, 22, 29, 36, 27, 36, 45]],
  ['reduceSum of columns', reduceSum(matrix, [0]), [3], [5, 7, 9]],
  ['reduceSum of rows', reduceSum(matrix, [1]), [2], [6, 15]],
  ['reduceMean of two axes', reduceMean(cube, [0, 2]), [1], [3.5]],
  ['reduceMean of all', reduceMean(matrix), [], [3.5]],
  ['reshape', reshape(transpose(matrix), [6]), [6], [1, 4, 2, 5, 3, 6]],
  ['slice', slice(matrix, 1, 1, 2), [2, 2], [2, 3, 5, 6]],
  ['split', split(constant([5], [1, 2, 3, 4, 5]), [2, 1, 2])[2]!, [2], [4, 5]],
  ['sumOfSquares', sumOfSquares(matrix), [], [91]],
  ['transpose', transpose(cube, [2, 0, 1]), [3, 2, 1], [1, 4, 2, 5, 3, 6]],
]

describeRuntimes('operations', (runtime) => {
  test.each(elementwise)('%s', async (_, of, as) => {
    const { result } = await evaluate(runtime(), { result: of }, feeds)
    expect(result!.shape).toEqual([2, 3])
    xs.forEach((value, i) => expect(result!.data[i]).toBeCloseTo(as(value, ys[i]!), 5))
  })

  test.each(rearranging)('%s', async (_, of, shape, values) => {
    const { result } = await evaluate(runtime(), { result: of }, feeds)
    expect(result).toEqual(floats(shape, values))
  })

  test('activations stay finite far from zero', async () => {
    const outputs = Object.fromEntries(
      Object.entries(activationFunctions).flatMap(([name, of]) => [
        [name, of(x)],
        [`${name}-gradient`, gradients(reduceSum(of(x)), [x])[0]!],
      ]),
    )
    const far = floats([2, 3], [-1e4, 1e4, -200, 200, -90, 90])
    for (const { data } of Object.values(await evaluate(runtime(), outputs, { x: far })))
      expect([...data].every(Number.isFinite)).toBe(true)
  })

  test('what the loss does not depend on has gradients of zero, a batch too', async () => {
    const [dx, dy] = gradients(sumOfSquares(x), [x, y]) as [Tensor, Tensor]
    const result = await evaluate(runtime(), { dx, dy }, feeds)
    expect(result.dx).toEqual(
      floats(
        [2, 3],
        xs.map((value) => 2 * value),
      ),
    )
    expect(result.dy).toEqual(floats([2, 3], [0, 0, 0, 0, 0, 0]))
  })

  test('where maximum and minimum are equal the gradient goes to the first', async () => {
    for (const of of [maximum, minimum]) {
      const [dx, dy] = gradients(reduceSum(of(x, y)), [x, y]) as [Tensor, Tensor]
      const result = await evaluate(runtime(), { dx, dy }, { x: feeds.x, y: feeds.x })
      expect([...result.dx!.data, ...result.dy!.data]).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    }
  })
})

describe('operations that do not fit', () => {
  const row = constant([3], [1, 2, 3])
  const refused: [string, () => unknown, string][] = [
    ['add', () => add(x, constant([2], [1, 2])), 'add: the shapes [batch, 3] and [2] do not go together.'],
    [
      'a batch and a number of rows',
      () => add(x, matrix),
      'add: the shapes [batch, 3] and [2, 3] do not go together.',
    ],
    ['batchSize', () => batchSize(matrix), 'batchSize: the tensor has no batch dimension.'],
    ['biasAdd', () => biasAdd(x, constant([2], [1, 2])), 'biasAdd: a bias of [2] does not fit [batch, 3].'],
    ['biasAdd to a vector', () => biasAdd(row, row), 'biasAdd: a bias of [3] does not fit [3].'],
    [
      'broadcastLike',
      () => broadcastLike(matrix, row),
      'broadcast: the result would be larger than what it is to be like.',
    ],
    ['concat', () => concat([matrix, x], 1), 'concat: [2, 3], [batch, 3] do not join along axis 1.'],
    [
      'concat along the batch',
      () => concat([x, x], 0),
      'concat: [batch, 3], [batch, 3] do not join along axis 0.',
    ],
    ['constant', () => constant([2], [1]), 'constant: 1 values do not fill 2.'],
    [
      'linearColumns',
      () => linearColumns(x, matrix, row),
      'linearColumns: [batch, 3], a kernel of [2, 3] and a bias of [3] do not go together.',
    ],
    ['unitInterval', () => unitInterval(x), 'unitInterval: takes bytes, not float32.'],
    ['matmul', () => matmul(x, x), 'matmul: [batch, 3] and [batch, 3] do not multiply.'],
    [
      'matmul that adds',
      () => matmul(x, x, false, true, row),
      'matmul: [3] cannot be added to [batch, batch].',
    ],
    ['matmul of a vector', () => matmul(x, row), 'matmul: both operands are matrices.'],
    ['reduceSum', () => reduceSum(x, [2]), 'reduce: no axis 2 in [batch, 3].'],
    ['reshape', () => reshape(x, [BATCH, 2]), 'reshape: [batch, 3] does not fill [batch, 2].'],
    ['reshape without the batch', () => reshape(x, [3]), 'reshape: [batch, 3] does not fill [3].'],
    ['slice', () => slice(x, 1, 2, 2), 'slice: 2..4 is not inside axis 1 of [batch, 3].'],
    ['slice of the batch', () => slice(x, 0, 0, 1), 'slice: 0..1 is not inside axis 0 of [batch, 3].'],
    ['split', () => split(row, [1, 1]), 'split: 1,1 do not add up to a vector of [3].'],
    ['transpose', () => transpose(x, [0, 0]), 'transpose: 0,0 is no order of the axes of [batch, 3].'],
    ['gradients of a vector', () => gradients(row, [row]), 'Only a scalar has gradients.'],
    [
      'gradients of a broadcast',
      () => gradients(reduceSum(x), [broadcastLike(row, x)]),
      'Differentiate with respect to what a broadcast repeats.',
    ],
    [
      'gradients of a transpose',
      () => gradients(reduceSum(x), [transpose(matrix)]),
      'Differentiate with respect to what is transposed.',
    ],
  ]
  test.each(refused)('%s', (_, make, message) => expect(make).toThrow(message))
})
