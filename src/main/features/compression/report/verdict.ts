import type { RivalName } from '../../../../shared/api/compression'
import type { Rate } from '../../../../shared/ratesAtPsnr'
import type { CompressionComparison } from '../compareCodecs'

/** What each way to keep images is called. */
export const rivalTitles: Record<RivalName, string> = {
  jpeg: 'JPEG, one file an image',
  webp: 'WebP, one file an image',
  avif: 'AVIF, one file an image',
  webpSheet: 'WebP, all images in one picture',
  avifSheet: 'AVIF, all images in one picture',
  pca: 'PCA, rounded and coded alike',
}

const short: Record<RivalName, string> = {
  ...{
    jpeg: 'JPEG',
    webp: 'WebP',
    avif: 'AVIF',
    webpSheet: 'WebP sheet',
    avifSheet: 'AVIF sheet',
    pca: 'PCA',
  },
}

export const shortTitle = (name: RivalName): string => short[name]

/** How many fewer bytes Hourglass takes than another way, in percent; negative where it takes more. */
export const savedPercent = ({ hourglass }: CompressionComparison, found: Rate): number =>
  100 * (1 - hourglass.bytes / found.bytes)

/** "WebP, one file an image: 112 bytes an image at 25.2 dB; 92 % fewer bytes here" */
export function shareOf(name: string, found: Rate | null, comparison: CompressionComparison): string {
  const title = rivalTitles[name as RivalName]
  if (!found) return `${title}: does not come this near to the images`
  const saved = savedPercent(comparison, found)
  const difference =
    saved >= 0 ? `${saved.toFixed(0)} % fewer bytes here` : `${(-saved).toFixed(0)} % more bytes here`
  return `${title}: ${found.bytes.toFixed(1)} bytes an image at ${found.psnr.toFixed(2)} dB; ${difference}`
}

/** One plain sentence or two: who wins, and from how many images on. */
export function verdictOf(comparison: CompressionComparison): string {
  const { hourglass, bestSingle, bestSheet, rivals, paysFrom } = comparison
  const names = [bestSingle, bestSheet].filter((name) => name !== null)
  const winner = names.reduce<RivalName | null>(
    (best, name) => (rivals[name]!.bytes < (best ? rivals[best]!.bytes : hourglass.bytes) ? name : best),
    null,
  )
  if (winner)
    return `${rivalTitles[winner]} wins: ${rivals[winner]!.bytes.toFixed(1)} bytes an image against ${hourglass.bytes.toFixed(1)} at the same PSNR.`
  const amount = (count: number) => count.toLocaleString('en')
  const from = (name: RivalName | null, count: number | null) =>
    name && count !== null ? `from ${amount(count)} images on against ${short[name]}` : null
  const parts = [from(bestSingle, paysFrom.single), from(bestSheet, paysFrom.sheet)].filter((part) => part)
  const pays = parts.length > 0 ? ` With the model in the file it pays ${parts.join(', and ')}.` : ''
  return `The codes take the fewest bytes at this PSNR.${pays}`
}
