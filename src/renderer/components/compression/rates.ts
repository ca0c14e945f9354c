import {
  type CompressionTrial,
  type QualityPoint,
  type RateCurve,
  type RivalName,
  rivalNames,
} from '../../../shared/api/compression'
import { bestAt, type Rate, rateAt } from '../../../shared/ratesAtPsnr'

/** Bytes of codes an image at a PSNR: those of the finest quality where none reaches it. */
export function bytesAt(points: readonly Rate[], psnr: number): number {
  const most = Math.max(...points.map((point) => point.psnr))
  return rateAt(points, Math.min(psnr, most))!.bytes
}

/** The number of the quality that is nearest to a PSNR. */
export function nearestPoint(points: readonly QualityPoint[], psnr: number): number {
  const away = points.map((point) => Math.abs(point.psnr - psnr))
  return away.indexOf(Math.min(...away))
}

/** Bytes an image that another way takes for a PSNR or more, in the best of its settings; null where it does not reach it. */
export const rivalAt = (curves: readonly RateCurve[], rival: RivalName, psnr: number): number | null =>
  bestAt(
    curves.flatMap(({ name, points }) => (name === rival ? [points] : [])),
    psnr,
  )?.bytes ?? null

/** The other way that takes the fewest bytes at a PSNR; null where none reaches it. */
export function bestRival(
  curves: readonly RateCurve[],
  psnr: number,
): { readonly name: RivalName; readonly bytes: number } | null {
  return rivalNames.reduce<{ name: RivalName; bytes: number } | null>((best, name) => {
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
