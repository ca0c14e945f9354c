import { describe, expect, it } from 'vitest'
import { ExpectedError } from '../../../../src/shared/errors'
import { describeLayers } from '../../../../src/shared/layerSizes'
import { activationOf, modelSpecSchema } from '../../../../src/shared/modelSpec'
import { trainingConfigSchema } from '../../../../src/shared/trainingConfig'
import { findPreset, presets, specFromPreset } from '../../../../src/main/engine/models/presets'

const digits = { height: 28, width: 28, channels: 1 } as const
const unitsOf = (name: string, input: Parameters<typeof specFromPreset>[1]) => {
  const { spec, notes } = specFromPreset(findPreset(name), input)
  expect(modelSpecSchema.parse(spec)).toEqual(spec)
  return { units: spec.encoder.map((layer) => layer.type === 'dense' && layer.units), notes }
}

describe('presets', () => {
  it('are these', () => {
    expect(presets.map(({ name }) => name)).toEqual([
      'tied-784-196-81-49',
      'tied-relu-784-196-81-49',
      'dense-784-392-196',
      'tied-784-32',
      'linear-pca',
      'hinton-784-1000-500-250-30',
      'conv-64',
      'conv-latent',
      'denoise-conv',
      'denoise-unet',
      'denoise-patch',
    ])
  })

  it.each(presets.map((preset) => [preset.name, preset] as const))(
    'is whole, and as wide as it is called: %s',
    (name, preset) => {
      const { spec, notes } = specFromPreset(preset, digits)
      if (/784|pca/.test(name)) {
        expect(notes).toEqual([])
        expect(spec).toMatchObject({ name, input: digits })
      }
      const widths = name.match(/784-([\d-]+)/)?.[1]
      if (widths) expect(describeLayers(spec)).toBe(widths)
      expect(trainingConfigSchema.parse(preset.training).epochs).toBeGreaterThan(0)
      expect(preset.summary).toMatch(/\.$/)
    },
  )

  it('are what their recipes say', () => {
    const spec = (name: string) => specFromPreset(findPreset(name), digits).spec
    const activations = (name: string) => spec(name).encoder.map(activationOf)
    expect(spec('tied-784-196-81-49')).toMatchObject({
      tying: 'tied',
      loss: 'mse',
      output: { activation: 'linear' },
    })
    expect(activations('tied-784-196-81-49')).toEqual(['sigmoid', 'sigmoid', 'sigmoid'])
    expect(activations('tied-relu-784-196-81-49')).toEqual(['relu', 'relu', 'linear'])
    expect(spec('dense-784-392-196')).toMatchObject({
      tying: 'untied',
      output: { activation: 'sigmoid' },
    })
    expect(activations('dense-784-392-196')).toEqual(['relu', 'relu'])
    expect(trainingConfigSchema.parse(findPreset('dense-784-392-196').training).optimizer).toMatchObject({
      name: 'adam',
      learningRate: 0.001,
    })
    expect(spec('tied-784-32').tying).toBe('tied')
    expect(spec('linear-pca')).toMatchObject({ tying: 'tied', loss: 'mse', output: { activation: 'linear' } })
    expect(activations('linear-pca')).toEqual(['linear'])
  })

  it('scale to other images, and say so in a sentence', () => {
    const large = unitsOf('tied-784-196-81-49', { height: 64, width: 64, channels: 3 })
    expect(large.units).toEqual([776, 321, 194])
    expect(large.notes).toEqual([
      'The preset tied-784-196-81-49 is made for 28 × 28; for 64 × 64 in colour its layers are 776-321-194 instead of 196-81-49.',
    ])
    const small = unitsOf('hinton-784-1000-500-250-30', { height: 16, width: 16, channels: 1 })
    expect(small.units).toEqual([571, 286, 143, 17])
    expect(small.notes).toHaveLength(1)
    expect(unitsOf('linear-pca', { height: 1, width: 2, channels: 1 }).units).toEqual([2])
    expect(unitsOf('linear-pca', { height: 14, width: 56, channels: 1 })).toEqual({ units: [32], notes: [] })
  })

  it('are named when one is not found', () => {
    const looking = () => findPreset('vgg')
    expect(looking).toThrow(ExpectedError)
    expect(looking).toThrow(/There is no preset vgg\. Choose one of: tied-784-196-81-49, .*hinton/)
  })
})
