import { expect, it } from 'vitest'
import { countTrained, tyingModes } from '../../../../src/shared/modelSpec'
import { parametersOf } from '../../../../src/main/engine/models/autoencoder'
import { sizeOf } from '../../../../src/main/engine/graph/tensor'
import { specOf } from '../../../support/training'

it.each(tyingModes)('counts the values that a model trains: %s', (tying) => {
  const spec = specOf([20, 7], { tying })
  const { trained } = parametersOf(spec)
  expect(countTrained(spec)).toBe(trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0))
})
