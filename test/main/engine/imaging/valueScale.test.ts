import { describe, expect, it } from 'vitest'
import {
  type Sample,
  scaleOf,
  sortedColors,
  widenedScale,
} from '../../../../src/main/engine/imaging/valueScale'
import { randomNumbers } from '../../../support/randomNumbers'

const words: Sample = { bits: 16, kind: 'unsigned' }
const signed: Sample = { bits: 16, kind: 'signed' }
const floats: Sample = { bits: 32, kind: 'float' }

/** Evenly spread between two numbers, and some others. */
function values(least: number, most: number, ...others: number[]): Float64Array {
  const share = randomNumbers(1)
  const all = Array.from({ length: 20_000 }, () => least + (most - least) * share())
  return Float64Array.from([...all, ...others]).sort()
}
const whole = (sorted: Float64Array) => sorted.map(Math.round)

describe('black and white of a picture', () => {
  it.each([
    ['16 bits', whole(values(0, 60_000)), words, [0, 65_535, 'type']],
    ['12 bits in 16', whole(values(30, 3800)), words, [0, 4095, 'bits']],
    ['10 bits in 16', whole(values(0, 1023)), words, [0, 1023, 'bits']],
    ['14 bits, overexposed', whole(values(2000, 6000, 16_383)), words, [0, 16_383, 'bits']],
    ['floats up to 1 with noise beyond', values(-0.2, 1.2), floats, [0, 1, 'type']],
    ['floats up to 1 with a dead pixel', values(0, 0.9, 1e6), floats, [0, 1, 'type']],
    ['floats up to 255', values(3, 250), floats, [0, 255, 'type']],
    ['one value', Float64Array.from([500, 500]), words, [0, 65_535, 'type']],
    ['nothing', new Float64Array(), floats, [0, 1, 'type']],
  ])('%s', (_, sorted, sample, [black, white, basis]) => {
    expect(scaleOf(sorted, sample)).toEqual({ black, white, basis })
  })

  it.each([
    ['a dim picture', whole(values(100, 610)), words, 100, 610],
    ['a dim picture with hot pixels', whole(values(100, 610, 65_535, 60_000)), words, 100, 610],
    ['floats to 5,000', values(0, 5000), floats, 0, 5000],
    ['signed numbers', whole(values(-2000, 3000)), signed, -2000, 3000],
    ['floats next to nothing', values(-1e-3, 1e-3), floats, -1e-3, 1e-3],
  ])('%s goes by its values', (_, sorted, sample, low, high) => {
    const { black, white, basis } = scaleOf(sorted, sample)
    expect(basis).toBe('values')
    expect(Math.abs(black - low)).toBeLessThan(0.08 * (high - low))
    expect(Math.abs(white - high)).toBeLessThan(0.08 * (high - low))
  })

  it('is what the file says where that can be', () => {
    const told = { black: 0, white: 2047 }
    expect(scaleOf(whole(values(10, 1500)), words, told)).toEqual({ ...told, basis: 'file' })
    // Values beyond it, or next to nothing of it, say otherwise.
    expect(scaleOf(whole(values(10, 3900)), words, told).basis).toBe('bits')
    expect(scaleOf(whole(values(0, 20)), words, { white: 65_000 }).basis).toBe('values')
  })

  it('holds in 8 bits what goes below 0 too', () => {
    const sorted = values(-0.3, 1.29)
    const { black, white } = widenedScale(scaleOf(sorted, floats), sorted)
    expect(black).toBeCloseTo(-0.3, 2)
    expect(white).toBeCloseTo(1.29, 2)
    const above = values(0, 1.2)
    expect(widenedScale(scaleOf(above, floats), above)).toMatchObject({ black: 0, white: 1 })
  })

  it('does not ask how opaque pixels are, nor what is no number', () => {
    expect([...sortedColors([3, 255, 1, 255, Number.NaN, 255], 2)]).toEqual([1, 3])
  })
})
