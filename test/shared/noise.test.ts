import { describe, expect, it } from 'vitest'
import { ExpectedError } from '../../src/shared/errors'
import { formatNoise, parseNoise } from '../../src/shared/noise'

describe('parseNoise', () => {
  it.each([
    ['gaussian:25', { kind: 'gaussian', min: 25, max: 25 }],
    [' gaussian:0-55 ', { kind: 'gaussian', min: 0, max: 55 }],
    ['salt-and-pepper:0.05', { kind: 'salt-and-pepper', min: 0.05, max: 0.05 }],
    ['poisson:1e3', { kind: 'poisson', min: 1000, max: 1000 }],
    ['masking:0-1', { kind: 'masking', min: 0, max: 1 }],
    ['speckle:.2', { kind: 'speckle', min: 0.2, max: 0.2 }],
  ])('reads %s', (text, noise) => {
    expect(parseNoise(text)).toEqual(noise)
    expect(parseNoise(formatNoise(parseNoise(text)))).toEqual(noise)
  })

  it.each([
    [
      'gauss:25',
      /"gauss:25" is not a kind of noise\. Write KIND:STRENGTH, for example gaussian:25, with one of: gaussian, poisson/,
    ],
    ['gaussian', /is not a kind of noise\. Write KIND:STRENGTH/],
    ['', /is not a kind of noise/],
    ['gaussian:-5', /is not a kind of noise|gaussian noise takes a strength/],
    [
      'gaussian:300',
      /^gaussian noise takes a strength from 0 to 255 \(sigma on the 0-255 scale\), or a range such as gaussian:LOW-HIGH\.$/,
    ],
    ['gaussian:50-25', /a range such as gaussian:LOW-HIGH/],
    ['gaussian:1.2.3', /Write KIND:STRENGTH/],
    ['poisson:0', /^poisson noise takes a strength from 0\.1 to 1000000 \(photons at white\)/],
    ['masking:25', /^masking noise takes a strength from 0 to 1 \(share of the values\)/],
  ])('says of "%s" what to write', (text, sentence) => {
    expect(() => parseNoise(text)).toThrow(ExpectedError)
    expect(() => parseNoise(text)).toThrow(sentence)
    expect(() => parseNoise(text)).toThrow(expect.objectContaining({ code: 'bad-usage' }))
  })
})
