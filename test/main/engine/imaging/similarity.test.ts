import { describe, expect, it } from 'vitest'
import { maxPsnr, psnrOfImages, psnrOfMse } from '../../../../src/main/engine/imaging/psnr'
import { ssimOfImages } from '../../../../src/main/engine/imaging/ssim'
import { type InputShape, inputSize } from '../../../../src/shared/modelSpec'

/** The same numbers in Python and here: a linear congruential generator, as float32. */
function noise(length: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  })
}

/** Noise, and the same with a quarter of other noise mixed in. */
function pair(count: number, shape: InputShape): [Float32Array, Float32Array] {
  const a = noise(count * inputSize(shape), 1)
  const b = noise(count * inputSize(shape), 2)
  return [a, a.map((value, i) => value * 0.75 + b[i]! * 0.25)]
}

/** From scikit-image 0.26: structural_similarity with the options that ssim.ts names, and peak_signal_noise_ratio. */
const skimage = [
  {
    shape: { height: 28, width: 28, channels: 1 },
    ssim: [0.9149442523194432, 0.924958615130032, 0.9197929876058535],
    psnr: [19.67939182882855, 19.87499397806395, 19.868915667204362],
  },
  {
    shape: { height: 16, width: 23, channels: 3 },
    ssim: [0.9202138051506146, 0.920481487639993],
    psnr: [19.634942753855395, 19.93893404331657],
  },
  {
    shape: { height: 11, width: 11, channels: 1 },
    ssim: [0.89853548580786],
    psnr: [20.111237222672855],
  },
] satisfies { shape: InputShape; ssim: number[]; psnr: number[] }[]

describe.each(skimage)('against scikit-image, $shape.height × $shape.width × $shape.channels', (expected) => {
  const [clean, other] = pair(expected.ssim.length, expected.shape)

  it('SSIM agrees', () => {
    const values = ssimOfImages(clean, other, expected.shape)
    expect(values).toHaveLength(expected.ssim.length)
    values.forEach((value, i) => expect(value).toBeCloseTo(expected.ssim[i]!, 10))
  })

  it('PSNR agrees', () => {
    const values = psnrOfImages(clean, other, expected.shape)
    expect(values).toHaveLength(expected.psnr.length)
    values.forEach((value, i) => expect(value).toBeCloseTo(expected.psnr[i]!, 10))
  })
})

describe('SSIM', () => {
  it('uses the largest odd window that fits a small image (figure from scipy, window 7)', () => {
    const shape: InputShape = { height: 8, width: 9, channels: 1 }
    const [clean, other] = pair(1, shape)
    expect(ssimOfImages(clean, other, shape)[0]).toBeCloseTo(0.9444040834306892, 10)
  })

  it('takes a single pixel', () => {
    const shape: InputShape = { height: 1, width: 1, channels: 1 }
    expect(ssimOfImages(new Float32Array([0.5]), new Float32Array([0.5]), shape)[0]).toBeCloseTo(1, 12)
  })

  it('is 1 for identical images', () => {
    const shape: InputShape = { height: 20, width: 20, channels: 3 }
    const [clean] = pair(1, shape)
    expect(ssimOfImages(clean, clean, shape)[0]).toBeCloseTo(1, 12)
  })

  it('writes into the array it is given', () => {
    const shape: InputShape = { height: 12, width: 12, channels: 1 }
    const [clean, other] = pair(2, shape)
    const out = new Float64Array(2)
    expect(ssimOfImages(clean, other, shape, out)).toBe(out)
    expect(out[1]).toBeGreaterThan(0)
  })
})

describe('PSNR', () => {
  it('of a mean squared error of 0.01 is 20 dB', () => expect(psnrOfMse(0.01)).toBeCloseTo(20, 12))

  it('of identical images is the cap, so that JSON can hold it', () => {
    expect(psnrOfMse(0)).toBe(maxPsnr)
    expect(maxPsnr).toBe(100)
  })

  it('of a diverged model is NaN, not the cap', () => expect(psnrOfMse(NaN)).toBeNaN())
})
