import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { gradients } from '../../../../src/main/engine/graph/autodiff'
import { activationFunctions } from '../../../../src/main/engine/graph/ops/activations'
import { sub } from '../../../../src/main/engine/graph/ops/arithmetic'
import { biasAdd } from '../../../../src/main/engine/graph/ops/biasAdd'
import { matmul } from '../../../../src/main/engine/graph/ops/matmul'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { reduceMean } from '../../../../src/main/engine/graph/ops/reduce'
import { square } from '../../../../src/main/engine/graph/ops/unary'
import { BATCH, sizeOf, type Tensor } from '../../../../src/main/engine/graph/tensor'
import { createVariable } from '../../../../src/main/engine/graph/variable'
import { randomNumbers } from '../../../support/randomNumbers'
import { describeRuntimes, floats, programOf, withProgram } from '../../../support/runtimes'
import { relativeError } from './finiteDifferences'

const batch = 7
const input = 20
const shapes = { w1: [input, 9], w2: [9, 4], b1: [9], b2: [4], c1: [9], c2: [input] } as const
type Name = keyof typeof shapes
const names = Object.keys(shapes) as Name[]

const random = randomNumbers(3)
const uniform = (length: number, low: number, high: number) =>
  Float32Array.from({ length }, () => low + (high - low) * random())
const values = Object.fromEntries(
  names.map((name) => [name, uniform(sizeOf(shapes[name]), -0.6, 0.6)]),
) as Record<Name, Float32Array>
const images = uniform(batch * input, 0, 1)

const activations = {
  sigmoid: { ours: activationFunctions.sigmoid, theirs: tf.sigmoid<tf.Tensor2D> },
  relu: { ours: activationFunctions.relu, theirs: tf.relu<tf.Tensor2D> },
}
type Activation = keyof typeof activations

/** input → 9 → 4 → 9 → input with tied kernels, a bias of its own for each layer, and a linear output; mean squared error. */
function ourLoss(name: Activation, x: Tensor, p: Record<Name, Tensor>): Tensor {
  const f = activations[name].ours
  const code = f(biasAdd(matmul(f(biasAdd(matmul(x, p.w1), p.b1)), p.w2), p.b2))
  const hidden = f(biasAdd(matmul(code, p.w2, false, true), p.c1))
  return reduceMean(square(sub(biasAdd(matmul(hidden, p.w1, false, true), p.c2), x)))
}

function theirGradients(name: Activation): { loss: number; gradients: Record<Name, ArrayLike<number>> } {
  return tf.tidy(() => {
    const f = activations[name].theirs
    const x = tf.tensor2d(images, [batch, input])
    const p = names.map((key) => tf.tensor(values[key], [...shapes[key]]))
    const lossOf = (...tensors: tf.Tensor[]) => {
      const [w1, w2, b1, b2, c1, c2] = tensors as [tf.Tensor2D, tf.Tensor2D, ...tf.Tensor[]]
      const code = f(tf.matMul(f(tf.matMul(x, w1).add(b1!)), w2).add(b2!))
      const hidden = f(tf.matMul(code, w2, false, true).add(c1!))
      return tf.losses.meanSquaredError(x, tf.matMul(hidden, w1, false, true).add(c2!)) as tf.Scalar
    }
    const { value, grads } = tf.valueAndGrads(lossOf)(p)
    return {
      loss: value.dataSync()[0]!,
      gradients: Object.fromEntries(names.map((key, i) => [key, grads[i]!.dataSync()])) as never,
    }
  })
}

describeRuntimes('the gradient of a tied autoencoder is that of TensorFlow.js', (runtime) => {
  beforeAll(async () => {
    tf.enableProdMode()
    await tf.setBackend('cpu')
  })

  test.each(Object.keys(activations) as Activation[])('%s', async (name) => {
    const variables = names.map((key) => createVariable(key, shapes[key]))
    const x = placeholder('x', [BATCH, input])
    const p = Object.fromEntries(variables.map((variable) => [variable.name, variable.value])) as Record<
      Name,
      Tensor
    >
    const loss = ourLoss(name, x, p)
    const flows = gradients(
      loss,
      variables.map((variable) => variable.value),
    )
    const outputs = { loss, ...Object.fromEntries(names.map((key, i) => [`d${key}`, flows[i]!])) }
    const ours = await withProgram(
      runtime(),
      programOf(variables, { name: 'f', outputs }),
      async (compiled) => {
        await compiled.write(values)
        return compiled.run('f', { x: floats([batch, input], images) })
      },
    )
    const theirs = theirGradients(name)
    expect(relativeError(ours.loss!.data, [theirs.loss])).toBeLessThan(1e-5)
    for (const key of names)
      expect(relativeError(ours[`d${key}`]!.data, theirs.gradients[key]), key).toBeLessThan(1e-5)
  })
})
