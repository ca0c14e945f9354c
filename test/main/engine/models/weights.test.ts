import { describe, expect, it } from 'vitest'
import { kernelLayers, parametersOf } from '../../../../src/main/engine/models/autoencoder'
import { initializeParameters } from '../../../../src/main/engine/models/initialize'
import { findPreset, specFromPreset } from '../../../../src/main/engine/models/presets'
import {
  explicitWeights,
  parametersFromWeights,
  withTransposes,
} from '../../../../src/main/engine/models/weights'
import { ownWeights } from '../../../../src/shared/ownWeights'
import type { ModelSpec } from '../../../../src/shared/modelSpec'
import { specOf } from '../../../support/training'

const convolutional = specFromPreset(findPreset('conv-64'), { width: 16, height: 16, channels: 1 }).spec
const tied: readonly (readonly [string, ModelSpec])[] = [
  ['dense layers', specOf([12, 5])],
  ['convolutions', { ...convolutional, tying: 'tied' }],
]
const as = (spec: ModelSpec, tying: ModelSpec['tying']): ModelSpec => ({ ...spec, tying })

describe.each(tied)('a tied model of %s', (_, spec) => {
  const values = initializeParameters(spec)
  const explicit = explicitWeights(spec, values)
  const own = ownWeights(spec, explicit)

  it('is kept with each kernel once', () => {
    expect(Object.keys(own).sort()).toEqual(
      parametersOf(spec)
        .trained.map(({ name }) => name)
        .sort(),
    )
    expect(Object.keys(explicit)).toHaveLength(Object.keys(own).length + kernelLayers(spec).length)
  })

  it('is read back from its own weights, and from those of earlier versions with the transposes in them', () => {
    expect(parametersFromWeights(spec, own, 'file')).toEqual(values)
    expect(parametersFromWeights(spec, explicit, 'file')).toEqual(values)
  })

  it('gives an untied one, or one with copies, the transposes to begin at', () => {
    for (const tying of ['untied', 'copied'] as const) {
      const other = as(spec, tying)
      const begun = parametersFromWeights(other, withTransposes(other, own), 'file')
      expect(begun).toEqual(parametersFromWeights(other, explicit, 'file'))
    }
  })
})

describe('withTransposes', () => {
  const untied = as(specOf([12, 5]), 'untied')
  const weights = explicitWeights(untied, initializeParameters(untied))

  it('leaves the weights of a decoder that has its own as they are', () => {
    expect(withTransposes(untied, weights)).toBe(weights)
  })

  it('makes up no kernel of a decoder that lacks one of several', () => {
    const damaged = { ...weights }
    delete damaged['decoder.0.kernel']
    expect(() => parametersFromWeights(untied, withTransposes(untied, damaged), 'the file')).toThrow(
      'the file has no decoder.0.kernel',
    )
  })
})

describe('ownWeights', () => {
  it.each(['untied', 'copied', 'pseudo-inverse'] as const)('are all there are: %s', (tying) => {
    const spec = as(specOf([12, 5]), tying)
    const explicit = explicitWeights(spec, initializeParameters(spec))
    expect(ownWeights(spec, explicit)).toEqual({ ...explicit })
  })
})
