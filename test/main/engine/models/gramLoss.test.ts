import { describe, expect, it } from 'vitest'
import type { ModelSpec } from '../../../../src/shared/modelSpec'
import { gradients } from '../../../../src/main/engine/graph/autodiff'
import { placeholder } from '../../../../src/main/engine/graph/ops/placeholder'
import { transpose } from '../../../../src/main/engine/graph/ops/transpose'
import { BATCH, sizeOf, type Tensor, type TensorData } from '../../../../src/main/engine/graph/tensor'
import {
  encoderKernel,
  kernelLayers,
  parametersOf,
  reconstructToSums,
} from '../../../../src/main/engine/models/autoencoder'
import { gramLoss, hasGramLoss, outermostGram } from '../../../../src/main/engine/models/gramLoss'
import { meanLoss } from '../../../../src/main/engine/models/losses'
import { randomNumbers } from '../../../support/randomNumbers'
import { describeRuntimes, evaluate, floats } from '../../../support/runtimes'
import { specOf } from '../../../support/training'
import { relativeError } from '../graph/finiteDifferences'

const images = 9
const inputs = 64

/** A model's parameters as a training step reads them: fed, the encoder's kernels as their transposes where asked. */
function fedParameters(spec: ModelSpec, turned: boolean) {
  const random = randomNumbers(5)
  const kernels = new Set(kernelLayers(spec).map(({ layer }) => encoderKernel(layer)))
  const stored: Tensor[] = []
  const feeds: Record<string, TensorData> = {}
  const tensors = new Map<string, Tensor>()
  for (const { name, shape } of parametersOf(spec).trained) {
    const isTurned = turned && kernels.has(name)
    const held = isTurned ? [...shape].reverse() : shape
    const tensor = placeholder(name, held)
    stored.push(tensor)
    feeds[name] = floats(
      held,
      Array.from({ length: sizeOf(held) }, () => random() - 0.5),
    )
    tensors.set(name, isTurned ? transpose(tensor) : tensor)
  }
  return { stored, feeds, tensors }
}

describeRuntimes('gramLoss is the mean squared error, and has its gradients', (runtime) => {
  it.each([
    ['three layers', specOf([20, 12, 5])],
    ['one layer', specOf([7])],
    ['rectifiers and skips', specOf([12, 12, 5], { encoder: relus([12, 12, 5]), skips: true })],
    ['more units than inputs', specOf([80, 5])],
  ])('%s', async (_, spec) => {
    const random = randomNumbers(8)
    const pixels = floats(
      [images, inputs],
      Array.from({ length: images * inputs }, () => random()),
    )
    for (const columns of [false, true]) {
      const { stored, feeds, tensors: parameters } = fedParameters(spec, columns)
      const x = placeholder('x', [BATCH, inputs])
      const plain = meanLoss(spec, reconstructToSums(spec, x, { parameters }), x, x)
      const short = gramLoss(spec, x, { parameters, columns }, outermostGram(parameters))
      const named = (prefix: string, loss: Tensor) =>
        Object.fromEntries(gradients(loss, stored).map((flow, i) => [`${prefix}${i}`, flow]))
      const outputs = { plain, short, ...named('plain', plain), ...named('short', short) }
      const values = await evaluate(runtime(), outputs, { ...feeds, x: pixels })
      expect(values.short!.data[0]! / values.plain!.data[0]! - 1).toBeCloseTo(0, 5)
      stored.forEach((_, i) =>
        expect(
          relativeError(values[`short${i}`]!.data, values[`plain${i}`]!.data),
          `${columns} ${i}`,
        ).toBeLessThan(1e-4),
      )
    }
  })
})

function relus(units: readonly number[]) {
  return units.map((n) => ({ type: 'dense' as const, units: n, activation: 'relu' as const }))
}

describe('hasGramLoss', () => {
  it('is true of tied layers with a linear output and squared error', () => {
    expect(hasGramLoss(specOf([20, 5]))).toBe(true)
  })

  it.each([
    ['untied', { tying: 'untied' }],
    ['copied', { tying: 'copied' }],
    ['another loss', { loss: 'mae' }],
    ['an activated output', { output: { activation: 'sigmoid' } }],
    ['corrupted pixels alone', { lossOver: 'corrupted' }],
    ['a residual', { output: { residual: true } }],
    ['images without their mean', { removeMean: true }],
    [
      'a convolution',
      {
        encoder: [
          { type: 'conv', filters: 4, kernel: 3 },
          { type: 'dense', units: 5 },
        ],
      },
    ],
  ] as const)('is false of %s', (_, more) => {
    expect(hasGramLoss(specOf([20, 5], more as never))).toBe(false)
  })
})
