import { describe, expect, it } from 'vitest'
import { decimal, imageSize, integer, noise, seed } from '../../../src/main/cli/options'

describe('numbers', () => {
  it('reads whole numbers within their range', () => {
    expect(integer({ min: 1, max: 8 })('8')).toBe(8)
    expect(integer()('-3')).toBe(-3)
    expect(seed('4294967295')).toBe(4294967295)
  })

  it.each(['', 'x', '1.5', '0', '9', '1e1', '0x2'])('refuses %j as a whole number from 1 to 8', (text) => {
    expect(() => integer({ min: 1, max: 8 })(text)).toThrow('Write a whole number from 1 to 8.')
  })

  it('names the one bound there is', () => {
    expect(() => integer({ min: 2 })('1')).toThrow('Write a whole number, at least 2.')
    expect(() => decimal({ max: 1 })('1.5')).toThrow('Write a number, at most 1.')
  })

  it('reads decimals', () => {
    expect(decimal({ min: 0 })('1e-3')).toBe(0.001)
    expect(() => decimal()('')).toThrow('Write a number.')
    expect(() => decimal()('Infinity')).toThrow('Write a number.')
  })
})

describe('imageSize', () => {
  it('reads one side or two', () => {
    expect(imageSize('28')).toEqual({ width: 28, height: 28 })
    expect(imageSize('32x24')).toEqual({ width: 32, height: 24 })
  })

  it.each(['0', '5000', '28x', 'x28', '28x28x3', '2.5'])('refuses %j', (text) => {
    expect(() => imageSize(text)).toThrow('Write 28, or 32x24 for width and height, each from 1 to 4096.')
  })
})

it('passes on what is wrong with a noise', () => {
  expect(noise('gaussian:0-55')).toEqual({ kind: 'gaussian', min: 0, max: 55 })
  expect(() => noise('gaussian:300')).toThrow(/0 to 255/)
})
