import type { ColorImage } from './colorImage'

/** Standard deviations of noise on the 0-255 scale: of brightness (R + G + B) / 3, and of the two differences of colours. */
export interface NoiseLevels {
  readonly brightness: number
  readonly color: number
}

/** Differences of colours are (R − B) / √2 and (2 G − R − B) / √6, of the same length: see decorrelation in pixelTiles.ts. */
export function noiseLevelsOf(clean: ColorImage, noisy: ColorImage): NoiseLevels {
  const [r, g, b] = [0, 1, 2].map((c) => [clean.planes[c]!, noisy.planes[c]!] as const)
  let [brightness, color] = [0, 0]
  const size = clean.height * clean.width
  for (let i = 0; i < size; i++) {
    const red = r![1][i]! - r![0][i]!
    const green = g![1][i]! - g![0][i]!
    const blue = b![1][i]! - b![0][i]!
    const mean = (red + green + blue) / 3
    brightness += mean * mean
    // The differences and √3 times the mean are a rotation of the three.
    color += (red * red + green * green + blue * blue - 3 * mean * mean) / 2
  }
  const rms = (sum: number) => 255 * Math.sqrt(Math.max(0, sum) / size)
  return { brightness: rms(brightness), color: rms(color) }
}
