import type { PixelBlock } from '../../../shared/api/library'

/** What differences may be multiplied by, so that they can be seen. */
const factors = [16, 12, 10, 8, 6, 5, 4, 3, 2, 1] as const
/** Share of the pixels that stay within white; single ones beyond it may be cut off. */
const within = 0.995

export interface Differences {
  /** The same for all blocks, so that they can be compared. */
  readonly factor: number
  readonly blocks: readonly PixelBlock[]
}

/** |original − reconstruction| of each pixel and channel, times a factor, for several reconstructions of the same images. */
export function differencePictures(
  original: PixelBlock,
  reconstructions: readonly PixelBlock[],
): Differences {
  const counts = new Uint32Array(256)
  const all = reconstructions.map(({ data }) => {
    const difference = new Uint8Array(data.length)
    for (let i = 0; i < data.length; i++) {
      const value = Math.abs(data[i]! - (original.data[i] ?? data[i]!))
      difference[i] = value
      counts[value]!++
    }
    return difference
  })
  const largest = quantile(counts, within)
  const factor = factors.find((candidate) => candidate * largest <= 255) ?? 1
  const blocks = reconstructions.map((block, i) => ({
    ...block,
    data: all[i]!.map((value) => Math.min(255, factor * value)),
  }))
  return { factor, blocks }
}

/** The smallest value that this share of all is not above. */
function quantile(counts: Uint32Array, share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (let value = 0; value < counts.length; value++) {
    seen += counts[value]!
    if (seen >= share * total) return value
  }
  return 255
}
