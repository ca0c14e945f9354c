/** Bytes an image, and the PSNR that they give. */
export interface Rate {
  readonly bytes: number
  readonly psnr: number
}

/** Codes that say nothing take nothing, which has no logarithm. */
const leastBytes = 0.01

/** The fewest bytes of several curves at a PSNR or above; null where none reaches it. */
export function bestAt(curves: readonly (readonly Rate[])[], psnr: number): Rate | null {
  return curves.reduce<Rate | null>((best, curve) => {
    const found = rateAt(curve, psnr)
    return found && (!best || found.bytes < best.bytes) ? found : best
  }, null)
}

/** Between two points the logarithm of the bytes is a straight line. */
export function rateAt(curve: readonly Rate[], psnr: number): Rate | null {
  const points = [...curve].sort((a, b) => a.psnr - b.psnr)
  // A setting that costs more and gives less is nobody's choice.
  const above = points.filter((point) => point.psnr >= psnr)
  const cheapest = above.reduce<Rate | null>((a, b) => (!a || b.bytes < a.bytes ? b : a), null)
  if (!cheapest) return null
  const below = points.filter((point) => point.psnr < psnr).at(-1)
  const next = above[0]!
  if (!below || below.bytes >= next.bytes || next.psnr === psnr)
    return { bytes: cheapest.bytes, psnr: cheapest.psnr }
  const share = (psnr - below.psnr) / (next.psnr - below.psnr)
  const [from, to] = [below, next].map(({ bytes }) => Math.log(Math.max(leastBytes, bytes))) as [
    number,
    number,
  ]
  const bytes = Math.exp(from + share * (to - from))
  return bytes <= cheapest.bytes ? { bytes, psnr } : { bytes: cheapest.bytes, psnr: cheapest.psnr }
}
