import type { InputShape } from '../../../shared/modelSpec'

/** Up to this rate of false positives the overlap of regions counts (Bergmann et al. 2021). */
const mostFalsePositives = 0.3

/**
 * How well maps of odd places agree with masks: AUROC over all pixels, ties counted half, and PRO, the mean overlap with
 * connected regions of the masks over rates of false positives up to 0.3, in relation to the best (Bergmann et al. 2021,
 * "The MVTec Anomaly Detection Dataset", section 5.2; pixels that touch at corners are connected).
 *
 * @param maps stretches of images, each count × height × width
 * @param masks height × width of each image, 1 where it is damaged
 */
export function pixelFigures(
  maps: readonly Float32Array[],
  masks: readonly Uint8Array[],
  { width, height }: Pick<InputShape, 'width' | 'height'>,
): { pixelAuroc: number | null; pro: number | null } {
  const pixels = width * height
  const scores = new Float32Array(masks.length * pixels)
  let at = 0
  for (const map of maps) {
    scores.set(map, at)
    at += map.length
  }
  // Of each pixel what it adds to the mean overlap: of a region, its share of it.
  const shares = new Float64Array(scores.length)
  let [regions, positives] = [0, 0]
  for (const [i, mask] of masks.entries())
    for (const region of regionsOf(mask, width, height)) {
      regions++
      positives += region.length
      for (const pixel of region) shares[i * pixels + pixel] = 1 / region.length
    }
  const negatives = scores.length - positives
  if (positives === 0 || negatives === 0) return { pixelAuroc: null, pro: null }
  return areas(scores, shares, { regions, positives, negatives })
}

function areas(
  scores: Float32Array,
  shares: Float64Array,
  { regions, positives, negatives }: { regions: number; positives: number; negatives: number },
): { pixelAuroc: number; pro: number } {
  const order = descending(scores)
  let [found, alarms, overlap, auroc, pro] = [0, 0, 0, 0, 0]
  for (let at = 0; at < order.length;) {
    const [foundBefore, alarmsBefore, overlapBefore] = [found, alarms, overlap]
    const score = scores[order[at]!]!
    for (; at < order.length && scores[order[at]!] === score; at++) {
      const share = shares[order[at]!]!
      if (share > 0) found++
      else alarms++
      overlap += share
    }
    auroc += ((alarms - alarmsBefore) * (found + foundBefore)) / 2
    pro += areaUpTo(
      [alarmsBefore / negatives, overlapBefore / regions],
      [alarms / negatives, overlap / regions],
    )
  }
  return { pixelAuroc: auroc / (positives * negatives), pro: pro / mostFalsePositives }
}

/** Of a straight piece of a curve, the area below it up to the largest rate that counts. */
function areaUpTo([x0, y0]: [number, number], [x1, y1]: [number, number]): number {
  if (x1 <= x0 || x0 >= mostFalsePositives) return 0
  const end = Math.min(x1, mostFalsePositives)
  const yEnd = y0 + ((y1 - y0) * (end - x0)) / (x1 - x0)
  return ((end - x0) * (y0 + yEnd)) / 2
}

function descending(scores: Float32Array): Uint32Array {
  const order = Uint32Array.from(scores, (_, i) => i)
  return order.sort((a, b) => scores[b]! - scores[a]!)
}

/** Pixels of each region that hangs together, at corners too. */
export function regionsOf(mask: Uint8Array, width: number, height: number): number[][] {
  const seen = new Uint8Array(mask.length)
  const regions: number[][] = []
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || seen[start]) continue
    const region = [start]
    seen[start] = 1
    for (let at = 0; at < region.length; at++) {
      const [x, y] = [region[at]! % width, Math.floor(region[at]! / width)]
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++)
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const next = row * width + column
          if (!mask[next] || seen[next]) continue
          seen[next] = 1
          region.push(next)
        }
    }
    regions.push(region)
  }
  return regions
}
