import sharp, { type Sharp } from 'sharp'
import { randomNumbers } from './randomNumbers'

export interface NoisyOptions {
  readonly width: number
  readonly height: number
  readonly channels?: 1 | 3
  /** On the 0-255 scale. */
  readonly sigma?: number
  readonly seed?: number
}

/** Shades with a disc and fine lines in it, and Gaussian noise on them: height × width × channels bytes. */
export function noisyPixels({ width, height, channels = 3, sigma = 25, seed = 7 }: NoisyOptions): Uint8Array {
  const random = randomNumbers(seed)
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const pixels = new Uint8Array(width * height * channels)
  const [middle, centre, radius] = [width * 0.45, height * 0.45, Math.min(width, height) * 0.3]
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isDisc = (x - middle) ** 2 + (y - centre) ** 2 < radius ** 2
      const isLine = y > height * 0.85 && x % 24 < 3
      for (let c = 0; c < channels; c++, at++) {
        const clean = isDisc ? 190 - 35 * c : isLine ? 30 : 60 + (100 * x) / width + 15 * c
        pixels[at] = Math.min(255, Math.max(0, Math.round(clean + (sigma > 0 ? sigma * gaussian() : 0))))
      }
    }
  return pixels
}

/** As a picture to encode. */
export function noisyPicture(options: NoisyOptions): Sharp {
  const { width, height, channels = 3 } = options
  const picture = sharp(noisyPixels(options), { raw: { width, height, channels } })
  return channels === 1 ? picture.toColourspace('b-w') : picture
}
