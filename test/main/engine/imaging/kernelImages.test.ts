import { describe, expect, it } from 'vitest'
import { toImageBatch } from '../../../../src/shared/imageBatch'
import { kernelImages } from '../../../../src/main/engine/imaging/kernelImages'

describe('kernelImages', () => {
  const shape = { height: 1, width: 2, channels: 1 } as const
  // Two inputs, three units: (1, -1), (0, 0), (2, 4).
  const kernel = new Float32Array([1, 0, 2, -1, 0, 4])

  it('orders units by norm and scales each around grey', () => {
    const images = kernelImages(kernel, shape, 3)
    expect(images).toEqual({
      pixels: new Uint8Array([128 + 64, 255, 255, 1, 128, 128]),
      count: 3,
      shape,
    })
  })

  it('stops at the count, and at the units there are', () => {
    expect(kernelImages(kernel, shape, 1).pixels).toEqual(new Uint8Array([192, 255]))
    expect(kernelImages(kernel, shape, 64).count).toBe(3)
  })
})

describe('toImageBatch', () => {
  it('scales to bytes, rounds and clips', () => {
    const values = new Float32Array([0, 0.5, 1, -0.3, 1.7, 0.2])
    const shape = { height: 1, width: 1, channels: 3 } as const
    expect(toImageBatch(values, shape)).toEqual({
      pixels: new Uint8Array([0, 128, 255, 0, 255, 51]),
      count: 2,
      shape,
    })
  })
})
