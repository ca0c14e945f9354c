import { describe, expect, it } from 'vitest'
import {
  bestRival,
  bytesAt,
  figuresAt,
  nearestPoint,
  rivalAt,
} from '../../../../src/renderer/components/compression/rates'

const points = [
  { psnr: 18, ssim: 0.7, bytes: 4, fixedBytes: 1000 },
  { psnr: 22, ssim: 0.9, bytes: 16, fixedBytes: 1200 },
]

describe('what images take at a quality', () => {
  it('lies between two that were measured, on a logarithmic scale', () => {
    expect(bytesAt(points, 20)).toBeCloseTo(8)
    expect(bytesAt(points, 10)).toBe(4)
    expect(bytesAt(points, 30)).toBe(16)
    expect(nearestPoint(points, 21)).toBe(1)
    const nothing = { psnr: 18, ssim: 0, bytes: 0, fixedBytes: 0 }
    expect(bytesAt([nothing, nothing, points[1]!], 20)).toBeGreaterThan(0)
  })

  it('counts the model once in a file', () => {
    const figures = figuresAt({ points, count: 100 }, 22)
    expect(figures.each).toBeCloseTo(16)
    expect(figures.withModel).toBeCloseTo(28)
    expect(figures.whole).toBeCloseTo(2800)
  })

  it('is compared with the best setting of each codec that reaches it', () => {
    const curves = [
      {
        name: 'webp' as const,
        points: [
          { bytes: 100, psnr: 25 },
          { bytes: 200, psnr: 30 },
        ],
      },
      { name: 'webp' as const, points: [{ bytes: 90, psnr: 19 }] },
      { name: 'avif' as const, points: [{ bytes: 60, psnr: 21 }] },
    ]
    expect(rivalAt(curves, 'webp', 22)).toBe(100)
    expect(rivalAt(curves, 'webp', 18)).toBe(90)
    expect(rivalAt(curves, 'jpeg', 18)).toBeNull()
    expect(bestRival(curves, 20)).toEqual({ name: 'avif', bytes: 60 })
    expect(bestRival(curves, 40)).toBeNull()
  })
})
