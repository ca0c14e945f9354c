import { describe, expect, it } from 'vitest'
import { activationOf, codeSize, inputSize, modelSpecSchema } from '../../src/shared/modelSpec'

const good = {
  input: { height: 4, width: 6, channels: 3 },
  encoder: [
    { type: 'dense', units: 10 },
    { type: 'dense', units: 3, activation: 'linear' },
  ],
} as const

describe('modelSpecSchema', () => {
  it('fills in what is left out', () => {
    const spec = modelSpecSchema.parse(good)
    expect(spec).toMatchObject({
      version: 1,
      tying: 'tied',
      copyEvery: 'batch',
      output: { activation: 'linear', residual: false },
      loss: 'mse',
      initializer: 'glorot-uniform',
      seed: 1,
    })
    expect(activationOf(spec.encoder[0]!)).toBe('relu')
    expect([inputSize(spec.input), codeSize(spec)]).toEqual([72, 3])
    expect(modelSpecSchema.parse(JSON.parse(JSON.stringify(spec)))).toEqual(spec)
  })

  it.each([
    [
      'a loss that its output cannot have',
      { loss: 'binary-crossentropy' },
      /set output.activation to "sigmoid"/,
    ],
    ['no layers', { encoder: [] }, /needs a layer at least/],
    ['a layer of nothing', { encoder: [{ type: 'dense', units: 0 }] }, />=1|at least 1/],
    ['a layer of another kind', { encoder: [{ type: 'attention', units: 3 }] }, /type|discriminator/i],
    ['two channels', { input: { height: 4, width: 4, channels: 2 } }, /input/i],
    ['a misspelt key', { tieing: 'tied' }, /tieing/],
    ['a version to come', { version: 2 }, /1/],
  ])('does not take %s', (_, change, sentence) => {
    const { error } = modelSpecSchema.safeParse({ ...good, ...change })
    const [issue] = error!.issues
    expect(`${issue!.path.join('.')}: ${issue!.message}`).toMatch(sentence)
  })
})
