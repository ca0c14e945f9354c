import { describe, expect, it, test } from 'vitest'
import { tyingModes } from '../../../../src/shared/modelSpec'
import { decoderCopies } from '../../../../src/main/engine/models/decoderCopies'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { parametersOf } from '../../../../src/main/engine/models/autoencoder'
import {
  explicitWeights,
  parametersFromWeights,
  transposed,
} from '../../../../src/main/engine/models/weights'
import { asFloats } from '../../../../src/main/engine/training/pixelSource'
import { buildInferenceProgram } from '../../../../src/main/engine/training/trainingProgram'
import { multiply } from '../../../support/matrices'
import { rectangles } from '../../../support/memoryImages'
import { describeRuntimes, floats, withProgram } from '../../../support/runtimes'
import { largestDifference, specOf } from '../../../support/training'

const shapes = (list: readonly { name: string; shape: readonly number[] }[]) =>
  Object.fromEntries(list.map(({ name, shape }) => [name, shape]))

const encoder = {
  'encoder.0.kernel': [64, 12],
  'encoder.0.bias': [12],
  'encoder.1.kernel': [12, 5],
  'encoder.1.bias': [5],
}
const decoderBiases = { 'decoder.0.bias': [12], 'decoder.1.bias': [64] }
const decoderKernels = { 'decoder.0.kernel': [5, 12], 'decoder.1.kernel': [12, 64] }

describe('parametersOf', () => {
  it.each([
    ['tied', { ...encoder, ...decoderBiases }, {}],
    ['untied', { ...encoder, ...decoderKernels, ...decoderBiases }, {}],
    ['copied', { ...encoder, ...decoderBiases }, decoderKernels],
    ['pseudo-inverse', { ...encoder, ...decoderBiases }, decoderKernels],
  ] as const)('names what is trained and what is copied: %s', (tying, trained, copies) => {
    const parameters = parametersOf(specOf([12, 5], { tying }))
    expect(shapes(parameters.trained)).toEqual(trained)
    expect(shapes(parameters.copies)).toEqual(copies)
  })
})

describe('explicitWeights', () => {
  it.each(tyingModes)('names every kernel and bias, and reads them back: %s', (tying) => {
    const spec = specOf([12, 5], { tying })
    const values = initializeParameters(spec)
    const weights = explicitWeights(spec, values)
    expect(shapes(Object.entries(weights).map(([name, { shape }]) => ({ name, shape })))).toEqual({
      ...encoder,
      ...decoderKernels,
      ...decoderBiases,
    })
    expect(parametersFromWeights(spec, weights, 'file')).toEqual(values)
  })

  it('is not believed where a weight is missing, misshapen, not a number, or not the transpose it should be', () => {
    const spec = specOf([12, 5])
    const weights = explicitWeights(spec, initializeParameters(spec))
    const { 'encoder.0.bias': bias, ...without } = weights
    const changed = (name: string, value: number) => {
      const data = weights[name]!.data.slice()
      data[3] = value
      return { ...weights, [name]: { ...weights[name]!, data } }
    }
    const reading = (from: typeof weights) => () => parametersFromWeights(spec, from, 'the file')
    expect(reading(without)).toThrow('the file has no encoder.0.bias')
    expect(reading({ ...weights, 'encoder.0.bias': { shape: [13], data: bias!.data } })).toThrow(
      'encoder.0.bias has the shape 13, not 12',
    )
    expect(reading(changed('encoder.0.kernel', NaN))).toThrow('holds values that are not numbers')
    expect(reading(changed('decoder.0.kernel', 0.5))).toThrow('not the transpose')
  })
})

describe('decoderCopies', () => {
  it('are transposes for a copied decoder', () => {
    const spec = specOf([12, 5], { tying: 'copied' })
    const values = initializeParameters(spec)
    const copies = decoderCopies(spec, values)
    expect(copies['decoder.1.kernel']).toEqual(transposed(values['encoder.0.kernel']!, 64, 12))
    expect(copies['decoder.0.kernel']).toEqual(transposed(values['encoder.1.kernel']!, 12, 5))
  })

  it.each([
    ['narrow', [12, 5]],
    ['wide', [90]],
  ])('are Moore-Penrose inverses for a pseudo-inverse decoder: %s', (_, units) => {
    const spec = specOf(units, { tying: 'pseudo-inverse', initializer: 'he-normal' })
    const values = initializeParameters(spec)
    const copies = decoderCopies(spec, values)
    const widths = [64, ...units]
    units.forEach((_, layer) => {
      const [rows, columns] = [widths[layer]!, widths[layer + 1]!]
      const w = values[`encoder.${layer}.kernel`]!
      const inverse = copies[`decoder.${units.length - 1 - layer}.kernel`]!
      // Penrose's first two conditions, and the symmetry of W W⁺.
      const projection = multiply(w, inverse, rows, columns, rows)
      expect(largestDifference(multiply(projection, w, rows, rows, columns), w)).toBeLessThan(1e-4)
      expect(largestDifference(multiply(inverse, projection, columns, rows, rows), inverse)).toBeLessThan(
        1e-4,
      )
      expect(largestDifference(transposed(projection, rows, rows), projection)).toBeLessThan(1e-4)
    })
  })
})

describeRuntimes('a tied model', (runtime) => {
  test.each(['sigmoid', 'relu', 'tanh'] as const)(
    'computes what an untied one with its transposes does: %s',
    async (activation) => {
      const tied = specOf([12, 5], { output: { activation } })
      const untied = { ...tied, tying: 'untied' as const }
      const weights = explicitWeights(tied, initializeParameters({ ...tied, seed: 9 }))
      const source = rectangles(20)
      const x = new Uint8Array(20 * 64)
      await source.readRows(0, 20, x)
      const outputs = await Promise.all(
        [tied, untied].map(async (spec) => {
          const { program, parameters } = buildInferenceProgram(spec, null)
          return withProgram(runtime(), program, async (compiled) => {
            await compiled.write(parameters.toVariables(parametersFromWeights(spec, weights, 'memory')))
            return compiled.run('evaluate', { x: { shape: [20, 64], data: x } })
          })
        }),
      )
      expect(largestDifference(outputs[0]!.output!.data, outputs[1]!.output!.data)).toBeLessThan(1e-6)
      expect(largestDifference(outputs[0]!.loss!.data, outputs[1]!.loss!.data)).toBeLessThan(1e-6)
    },
  )

  it('splits: the decoder of the encoder is the whole', async () => {
    const spec = specOf([12, 5], { output: { activation: 'sigmoid' } })
    const { program, parameters } = buildInferenceProgram(spec, null)
    const x = new Uint8Array(20 * 64)
    await rectangles(20).readRows(0, 20, x)
    await withProgram(runtime(), program, async (compiled) => {
      await compiled.write(parameters.toVariables(initializeParameters(spec)))
      const { output } = await compiled.run('evaluate', { x: { shape: [20, 64], data: x } })
      const { code } = await compiled.run('encode', { image: floats([20, 64], asFloats(x)) })
      expect(code!.shape).toEqual([20, 5])
      const { image } = await compiled.run('decode', { code: code! })
      expect(largestDifference(image!.data, output!.data)).toBeLessThan(1e-6)
    })
  })
})
