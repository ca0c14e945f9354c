import { type Random, randomStream } from '../training/random'

/** Row-major, height × width × channels bytes. */
export interface Bytes {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly data: Uint8Array
}

const byte = (value: number) => Math.min(255, Math.max(0, Math.round(value)))

/** Each value of a picture changed by itself. */
function each({ data }: Bytes, change: (value: number, i: number) => number): Uint8Array {
  return data.map((value, i) => byte(change(value, i)))
}

/** @param sigma on the 0-255 scale */
function white(picture: Bytes, sigma: number, random: Random): Uint8Array {
  return each(picture, (value) => value + sigma * random.normal())
}

/**
 * Shot noise and read noise before the tone curve of sRGB, as a sensor has them (Foi et al. 2008, "Practical
 * Poissonian-Gaussian noise modeling and fitting for single-image raw-data"), with a normal in place of the Poisson.
 *
 * @param photons at white
 * @param read sigma in photons
 */
function sensor(picture: Bytes, photons: number, read: number, random: Random): Uint8Array {
  return each(picture, (value) => {
    const light = photons * (value / 255) ** 2.2
    const seen = light + Math.sqrt(light + read * read) * random.normal()
    return 255 * Math.max(0, seen / photons) ** (1 / 2.2)
  })
}

/** Grain is as large as several pixels and strongest between black and white. */
function grain(picture: Bytes, sigma: number, isColored: boolean, random: Random): Uint8Array {
  const { width, height, channels, data } = picture
  const fields = Array.from({ length: isColored ? channels : 1 }, () => smoothField(width, height, random))
  return data.map((value, i) => {
    const field = fields[i % channels] ?? fields[0]!
    const share = 0.5 + 2 * (value / 255) * (1 - value / 255)
    return byte(value + sigma * share * field[Math.floor(i / channels)]!)
  })
}

/** Standard normal values, each the weighted mean of nine independent ones: neighbours are alike. */
function smoothField(width: number, height: number, random: Random): Float32Array {
  const [across, down] = [width + 2, height + 2]
  const fine = Float32Array.from({ length: across * down }, () => random.normal())
  const weights = [1, 2, 1, 2, 4, 2, 1, 2, 1].map((weight) => weight / 6)
  return Float32Array.from({ length: width * height }, (_, i) => {
    const at = Math.floor(i / width) * across + (i % width)
    return weights.reduce(
      (sum, weight, k) => sum + weight * fine[at + Math.floor(k / 3) * across + (k % 3)]!,
      0,
    )
  })
}

/** A share of the values is black or white, half each. */
function saltAndPepper(picture: Bytes, share: number, random: Random): Uint8Array {
  return each(picture, (value) => (random.uniform() < share ? (random.uniform() < 0.5 ? 0 : 255) : value))
}

/** A share of the pixels shines in one channel or in all, from a third of white to white. */
function hotPixels(picture: Bytes, share: number, random: Random): Uint8Array {
  const result = picture.data.slice()
  const { channels } = picture
  for (let i = 0; i < result.length; i += channels) {
    if (random.uniform() >= share) continue
    const light = 85 + 170 * random.uniform()
    const isOne = random.uniform() < 0.5
    const one = random.below(channels)
    for (let c = 0; c < channels; c++)
      if (!isOne || c === one) result[i + c] = byte(Math.max(result[i + c]!, result[i + c]! / 2 + light))
  }
  return result
}

function speckle(picture: Bytes, share: number, random: Random): Uint8Array {
  return each(picture, (value) => value * (1 + share * random.normal()))
}

/** All values of a row are moved by as much, besides light noise. */
function rowBanding(picture: Bytes, offset: number, sigma: number, random: Random): Uint8Array {
  const { width, height, channels } = picture
  const offsets = Float32Array.from({ length: height }, () => offset * random.normal())
  return each(
    picture,
    (value, i) => value + offsets[Math.floor(i / (width * channels))]! + sigma * random.normal(),
  )
}

type Corruption = (picture: Bytes, random: Random) => Uint8Array

/** Kinds of noise that bench denoise-real puts onto clean pictures. What a JPEG adds is its encoder's. */
export const syntheticNoises = {
  'white 10': (picture, random) => white(picture, 10, random),
  'white 25': (picture, random) => white(picture, 25, random),
  'white 50': (picture, random) => white(picture, 50, random),
  'sensor, ISO 800': (picture, random) => sensor(picture, 1500, 3, random),
  'sensor, ISO 6400': (picture, random) => sensor(picture, 250, 4, random),
  'grain, grey': (picture, random) => grain(picture, 16, false, random),
  'grain, colour': (picture, random) => grain(picture, 16, true, random),
  'salt and pepper 3 %': (picture, random) => saltAndPepper(picture, 0.03, random),
  speckle: (picture, random) => speckle(picture, 0.15, random),
  'row banding': (picture, random) => rowBanding(picture, 6.5, 3, random),
  'hot pixels': (picture, random) => hotPixels(picture, 0.002, random),
} as const satisfies Record<string, Corruption>

export type SyntheticNoise = keyof typeof syntheticNoises

/** A copy of a picture with noise, clipped and rounded to bytes. The same seed draws the same noise. */
export function withSyntheticNoise(picture: Bytes, kind: SyntheticNoise, seed: number): Bytes {
  const key = Object.keys(syntheticNoises).indexOf(kind)
  return { ...picture, data: syntheticNoises[kind](picture, randomStream(seed, key)) }
}
