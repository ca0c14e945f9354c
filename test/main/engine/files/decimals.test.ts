import { expect, it } from 'vitest'
import { decimals, shortest } from '../../../../src/main/engine/files/decimals'
import { randomNumbers } from '../../../support/randomNumbers'

const textOf = (values: Float32Array) => Buffer.from(decimals(values)).toString()

it('gives numbers that are the same float32 when they are read again', () => {
  const random = randomNumbers(3)
  const bits = Uint32Array.from({ length: 200_000 }, () => Math.floor(random() * 2 ** 32))
  const any = new Float32Array(bits.buffer).filter(Number.isFinite)
  const small = Float32Array.from({ length: 200_000 }, () => (random() - 0.5) * 10 ** (1 - 8 * random()))
  const edges = Float32Array.of(
    ...[0, 1, -1, 0.5, 0.1, 0.01, 1e-6, 1e-7, 0.99999994, -0.099999994, 1e9, 3.4e38, 1e-45],
  )
  for (const values of [any, small, edges])
    expect(Float32Array.from(textOf(values).split(','), Number)).toEqual(values)
})

it('writes no more digits than it has to', () => {
  const values = Float32Array.of(0.5, -0.25, 0.1, 0.0625, 0.3, 12, 0)
  expect(textOf(values)).toBe('0.5,-0.25,0.100000001,0.0625,0.300000012,12,0')
  const random = randomNumbers(4)
  const many = Float32Array.from({ length: 20_000 }, () => random() - 0.5)
  expect(textOf(many)).toBe(Array.from(many, shortest).join())
})
