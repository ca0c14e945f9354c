import { describe, expect, it } from 'vitest'
import { corruptions } from '../../../../src/main/engine/restoration/corruptions'
import { createCorruptionSource } from '../../../../src/main/engine/training/corruption'
import { randomStream } from '../../../../src/main/engine/training/random'
import { jpegLevel, missing, parseNoise } from '../../../../src/shared/noise'

const shape = { height: 40, width: 48, channels: 1 } as const
const size = shape.height * shape.width

/** A point of 1 in the middle of black. */
function point(): Float32Array {
  const image = new Float32Array(size)
  image[20 * shape.width + 24] = 1
  return image
}

const wave = () =>
  Float32Array.from({ length: size }, (_, i) => 0.5 + 0.3 * Math.sin((i % 48) / 3) * Math.cos(i / 48 / 4))

function changed(
  kind: keyof typeof corruptions,
  image: Float32Array,
  strength: number,
  seed = 1,
): Float32Array {
  const result = image.slice()
  corruptions[kind]!(result, shape, strength, randomStream(seed))
  return result
}

const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0)

/** Of the weights about the middle, along x and y. */
function variances(image: Float32Array): [number, number] {
  let [x, y] = [0, 0]
  image.forEach((value, i) => {
    x += value * ((i % 48) - 24) ** 2
    y += value * (Math.floor(i / 48) - 20) ** 2
  })
  return [x, y]
}

describe('corruptions of whole images', () => {
  it.each([0.05, 0.2, 0.5])('a share of %d of the pixels is missing, and the others stay', (share) => {
    const image = wave()
    const result = changed('holes', image, share)
    const holes = result.filter((value) => value === missing)
    expect(holes).toHaveLength(Math.round(share * size))
    result.forEach((value, i) => {
      if (value !== missing) expect(value).toBe(image[i])
    })
  })

  it('a Gaussian blur spreads a point by its variance and keeps its sum', () => {
    const result = changed('blur', point(), 2)
    expect(sum(result)).toBeCloseTo(1, 5)
    for (const variance of variances(result)) expect(variance / 4).toBeCloseTo(1, 1)
  })

  it('a defocused point is a disc of its radius', () => {
    const result = changed('defocus', point(), 4)
    expect(sum(result)).toBeCloseTo(1, 5)
    expect(result[20 * 48 + 24]! * Math.PI * 16).toBeCloseTo(1, 0)
    expect(result[20 * 48 + 24 + 5]).toBe(0)
  })

  it('a moved point is a line of its length', () => {
    const [x, y] = variances(changed('motion', point(), 9))
    // Evenly spread over so many pixels, in whatever direction.
    expect((x + y) / (9 ** 2 / 12)).toBeCloseTo(1, 0)
  })

  it('low resolution keeps what is flat, and loses what alternates', () => {
    const flat = new Float32Array(size).fill(0.4)
    changed('low-resolution', flat, 2).forEach((value) => expect(value).toBeCloseTo(0.4, 5))
    const stripes = Float32Array.from({ length: size }, (_, i) => i % 2)
    const inner = changed('low-resolution', stripes, 4).filter((_, i) => i % 48 > 8 && i % 48 < 40)
    inner.forEach((value) => expect(Math.abs(value - 0.5)).toBeLessThan(0.1))
  })

  it('fading takes its share of the contrast', () => {
    const image = wave()
    const result = changed('fading', image, 0.4)
    expect((result[0]! - result[100]!) / (image[0]! - image[100]!)).toBeCloseTo(0.6, 4)
  })

  it.each(['scratches', 'text', 'lines', 'dust'] as const)('%s cover little, and nothing of none', (kind) => {
    const image = wave()
    expect(changed(kind, image, 0)).toEqual(image)
    const result = changed(kind, image, 3, 2)
    const touched = result.filter((value, i) => value !== image[i]).length
    expect(touched).toBeGreaterThan(0)
    expect(touched).toBeLessThan(size / 2)
    result.forEach((value) => expect(value).toBeGreaterThanOrEqual(0))
  })
})

describe('several corruptions', () => {
  const draw = (text: string, count = 200) => {
    const pixels = new Uint8Array(count * size).fill(128)
    const field = new Float32Array(pixels.length)
    const strength = new Float32Array(count)
    createCorruptionSource(parseNoise(text), shape, 1, 1).draw(randomStream(3), pixels, field, strength)
    return { field, strength }
  }

  it('follow each other, each with its chance', () => {
    const { field } = draw('holes:0.1@0.5+salt-and-pepper:0.1')
    let [holed, salted] = [0, 0]
    for (let image = 0; image < 200; image++) {
      const own = field.subarray(image * size, (image + 1) * size)
      if (own.includes(missing)) holed++
      if (own.includes(1)) salted++
    }
    expect(holed).toBeGreaterThan(75)
    expect(holed).toBeLessThan(125)
    expect(salted).toBe(200)
  })

  it('tell a model the level of the first', () => {
    expect(draw('jpeg:20+dust:1', 2).strength[0]).toBeCloseTo(jpegLevel(20), 4)
    expect(draw('gaussian:25+dust:1', 2).strength[0]).toBe(25)
  })

  it('include those that have sources of their own', () => {
    const { field } = draw('blur:1+poisson:30', 2)
    expect(new Set(field).size).toBeGreaterThan(10)
  })
})
