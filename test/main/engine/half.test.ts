import { Float16Array } from '@petamoriken/float16'
import { expect, it } from 'vitest'
import { fromHalf, toHalf } from '../../../src/main/engine/files/half'

it('reads every half as the package does', () => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, i) => i)
  expect(fromHalf(all)).toEqual(Float32Array.from(new Float16Array(all.buffer)))
})

it('rounds as the package does, near every half, between them and beyond', () => {
  const halves = fromHalf(Uint16Array.from({ length: 0x7c00 }, (_, i) => i))
  const values = [...halves].flatMap((half, i) => {
    const next = halves[i + 1] ?? 65536
    const middle = (half + next) / 2
    return [half, -half, middle, -middle, middle * (1 + 2e-7), middle * (1 - 2e-7)]
  })
  const given = Float32Array.from([
    ...values,
    65519,
    65520,
    1e30,
    -1e30,
    Infinity,
    -Infinity,
    1e-30,
    -1e-30,
    -0,
  ])
  expect(toHalf(given)).toEqual(new Uint16Array(Float16Array.from(given).buffer))
})
