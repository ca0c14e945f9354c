import type { CompressionTrial, QualityPoint, RateCurve } from '../../../shared/api/compression'

interface Point {
  readonly bytes: number
  readonly psnr: number
}

export const rivals = ['jpeg', 'webp', 'avif', 'webpSheet', 'avifSheet', 'pca'] as const
export type Rival = (typeof rivals)[number]

const leastBytes = 0.01

/** Bytes of codes an image at a PSNR: between two qualities their logarithm is a straight line. */
export function bytesAt(points: readonly Point[], psnr: number): number {
  const sorted = [...points].sort((a, b) => a.psnr - b.psnr)
  const above = sorted.findIndex((point) => point.psnr >= psnr)
  if (above === 0) return sorted[0]!.bytes
  if (above < 0) return sorted.at(-1)!.bytes
  const [a, b] = [sorted[above - 1]!, sorted[above]!]
  const share = (psnr - a.psnr) / Math.max(1e-9, b.psnr - a.psnr)
  // Codes that say nothing take nothing.
  const [from, to] = [a, b].map(({ bytes }) => Math.log(Math.max(leastBytes, bytes))) as [number, number]
  return Math.exp(from + share * (to - from))
}

/** The number of the quality that is nearest to a PSNR. */
export function nearestPoint(points: readonly QualityPoint[], psnr: number): number {
  const away = points.map((point) => Math.abs(point.psnr - psnr))
  return away.indexOf(Math.min(...away))
}

/** Bytes an image that another way takes for a PSNR or more, in the best of its settings; null where it does not reach it. */
export function rivalAt(curves: readonly RateCurve[], name: Rival, psnr: number): number | null {
  const found = curves
    .filter((curve) => curve.name === name && curve.points.some((point) => point.psnr >= psnr))
    .map(({ points }) => {
      const cheapest = Math.min(...points.filter((point) => point.psnr >= psnr).map(({ bytes }) => bytes))
      return Math.min(cheapest, bytesAt(points, psnr))
    })
  return found.length > 0 ? Math.min(...found) : null
}

/** The other way that takes the fewest bytes at a PSNR; null where none reaches it. */
export function bestRival(
  curves: readonly RateCurve[],
  psnr: number,
): { readonly name: Rival; readonly bytes: number } | null {
  return rivals.reduce<{ name: Rival; bytes: number } | null>((best, name) => {
    const bytes = rivalAt(curves, name, psnr)
    return bytes !== null && (!best || bytes < best.bytes) ? { name, bytes } : best
  }, null)
}

/** What a file of all images takes at a PSNR. */
export function figuresAt({ points, count }: Pick<CompressionTrial, 'points' | 'count'>, psnr: number) {
  const each = bytesAt(points, psnr)
  const { fixedBytes } = points[nearestPoint(points, psnr)]!
  return { each, withModel: each + fixedBytes / count, whole: count * each + fixedBytes }
}
