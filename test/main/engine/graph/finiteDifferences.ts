import { gradients } from '../../../../src/main/engine/graph/autodiff'
import { add, mul } from '../../../../src/main/engine/graph/ops/arithmetic'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { reduceSum } from '../../../../src/main/engine/graph/ops/reduce'
import { BATCH, type Shape, type Tensor, type TensorData } from '../../../../src/main/engine/graph/tensor'
import { createVariable } from '../../../../src/main/engine/graph/variable'
import type { Runtime } from '../../../../src/main/engine/runtimes/runtime'
import { randomNumbers } from '../../../support/randomNumbers'
import { withProgram } from '../../../support/runtimes'

/** A function of tensors to be differentiated with respect to each of them. */
export interface GradientCase {
  inputs: readonly { shape: Shape; values: Values }[]
  of(...inputs: Tensor[]): Tensor
}

/** Where an operation is smooth: the k-th value from a random number in [0, 1). Kinks must be further off than 1/8. */
export type Values = (random: number, k: number) => number

const batch = 3
/** A power of two, and inputs on a grid of them, so that x ± h is exact in float32. */
const step = 2 ** -5

const fixed = (shape: Shape) => shape.map((size) => (size === BATCH ? batch : size))
const elements = (shape: Shape) => fixed(shape).reduce((product, size) => product * size, 1)

/**
 * How far ∂(Σ weight·output)/∂input as the graph computes it is from finite differences: ‖difference‖ / ‖gradient‖ for
 * each input. Σ is accumulated in doubles; weights are random, so that no two errors cancel.
 */
export async function gradientErrors(runtime: Runtime, { inputs, of }: GradientCase): Promise<number[]> {
  const random = randomNumbers(17)
  const tensors = inputs.map(({ shape }, i) => placeholder(`x${i}`, shape))
  const y = of(...tensors)
  const weights = placeholder('weights', y.shape)
  const flows = gradients(reduceSum(mul(y, weights)), tensors)
  // A program that changes a variable is compiled for training: convolutions are laid out by other rules than its own.
  const counter = createVariable('counter', [1])
  const program = {
    variables: [counter],
    functions: [
      { name: 'count', outputs: {}, updates: new Map([[counter, add(counter.value, 1)]]) },
      { name: 'value', outputs: { y } },
      { name: 'gradient', outputs: Object.fromEntries(flows.map((flow, i) => [`dx${i}`, flow])) },
    ],
  }
  const feeds: Record<string, TensorData> = { weights: data(y.shape, () => 0.25 + random()) }
  inputs.forEach(({ shape, values }, i) => {
    feeds[`x${i}`] = data(shape, (k) => Math.round(values(random(), k) * 256) / 256)
  })
  return withProgram(runtime, program, async (compiled) => {
    const value = async () => {
      const result = await compiled.run('value', feeds)
      return dot(result.y!.data, feeds.weights!.data)
    }
    const result = await compiled.run('gradient', feeds)
    const errors: number[] = []
    for (const i of inputs.keys()) {
      const analytic = result[`dx${i}`]!
      const x = feeds[`x${i}`]!
      if (analytic.data.length !== x.data.length) throw new Error(`∂/∂x${i} has the shape ${analytic.shape}.`)
      errors.push(relativeError(analytic.data, await differentiate(x.data, value)))
    }
    return errors
  })
}

/** Central differences with steps h and 2h, and Richardson's extrapolation of the two: error O(h⁴). */
async function differentiate(x: TensorData['data'], value: () => Promise<number>): Promise<number[]> {
  const slopes: number[] = []
  for (let k = 0; k < x.length; k++) {
    const centre = x[k]!
    const slope = async (h: number) => {
      x[k] = centre + h
      const above = await value()
      x[k] = centre - h
      const below = await value()
      x[k] = centre
      return (above - below) / (2 * h)
    }
    slopes.push((4 * (await slope(step)) - (await slope(2 * step))) / 3)
  }
  return slopes
}

function data(shape: Shape, value: (k: number) => number): TensorData {
  return { shape: fixed(shape), data: Float32Array.from({ length: elements(shape) }, (_, k) => value(k)) }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** ‖a − b‖ / ‖b‖, and 0 where both are nothing but zeros. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const difference = Array.from(a, (value, i) => value - b[i]!)
  return Math.sqrt(dot(difference, difference) / dot(b, b)) || 0
}
