import type { Random } from '../training/random'
import { type BayerPattern, demosaic, type DemosaicMethod, demosaicMethods, mosaicOf } from './demosaic'
import { type ColorImage, emptyImage } from './colorImage'
import { blurred, resized } from './filters'

/** A camera, and how it was set for one picture. */
export interface Camera {
  /** Variance of the noise that grows with the light, of a raw value where 1 is saturation. */
  readonly shot: number
  /** Variance of the noise that is there without light. */
  readonly read: number
  /** What red, green and blue of the sensor are multiplied by. */
  readonly whiteBalance: readonly [number, number, number]
  /** From the picture's linear colours to those of the sensor; each row has the sum 1. */
  readonly colors: Matrix
  readonly pattern: BayerPattern
  readonly method: DemosaicMethod
  /** Share of the tone curve 3x² − 2x³ in that of the camera, 0..1. */
  readonly contrast: number
  /** Standard deviations of the blur by which the camera smooths brightness and differences of colours, in pixels. */
  readonly smoothing: { readonly brightness: number; readonly color: number }
  /** Height and width of the picture in those of the sensor. */
  readonly scale: number
  /** How much of the difference to a blurred picture is added to it. */
  readonly sharpening: number
}

const between = (random: Random, low: number, high: number) => low + (high - low) * random.uniform()
const chance = (random: Random, share: number) => random.uniform() < share

/** Levels of noise and gains as in Brooks et al. 2019, "Unprocessing Images for Learned Raw Denoising", section 3. */
export function drawCamera(random: Random, strength: number): Camera {
  const logShot = between(random, Math.log(1e-4), Math.log(0.012))
  const read = Math.exp(2.18 * logShot + 1.2 + 0.26 * random.normal())
  const brightness = 1 / Math.max(0.5, 0.8 + 0.1 * random.normal())
  const mix = () => between(random, 0.5, 1.4)
  const [rg, rb, gr, gb, br, bg] = [
    0.25 * mix(),
    0.05 * mix(),
    0.15 * mix(),
    0.15 * mix(),
    0.02 * mix(),
    0.3 * mix(),
  ]
  const hasOwnSize = chance(random, 0.4)
  return {
    shot: strength ** 2 * Math.exp(logShot),
    read: strength ** 2 * read,
    whiteBalance: [
      brightness * between(random, 1.9, 2.4),
      brightness,
      brightness * between(random, 1.5, 1.9),
    ],
    colors: [
      [1 - rg - rb, rg, rb],
      [gr, 1 - gr - gb, gb],
      [br, bg, 1 - br - bg],
    ],
    pattern: { redRow: random.below(2) as 0 | 1, redColumn: random.below(2) as 0 | 1 },
    method: demosaicMethods[random.below(demosaicMethods.length)]!,
    contrast: chance(random, 0.3) ? 0 : random.uniform(),
    smoothing: {
      brightness: chance(random, 0.8) ? between(random, 0, 1.1) : 0,
      color: chance(random, 0.8) ? between(random, 0, 4.5) : 0,
    },
    scale: hasOwnSize ? between(random, 0.5, 1.2) : 1,
    sharpening: chance(random, 0.4) ? between(random, 0, 1) : 0,
  }
}

/**
 * Adds to a picture what a camera would have made of its sensor's noise: the picture is taken back to raw values, noise is
 * added there, and both are developed, with and without noise. Their difference is the noise, so that the picture itself
 * stays as sharp as it is. The way back is that of Brooks et al. 2019, "Unprocessing Images for Learned Raw Denoising".
 *
 * @param image values 0..1 as they are shown (gamma 2.2)
 * @param normal gives standard normal numbers
 * @returns neither clipped nor rounded
 */
export function withCameraNoise(image: ColorImage, camera: Camera, normal: () => number): ColorImage {
  const { height, width } = image
  const [rows, columns] = [height, width].map((side) => Math.max(8, Math.round(side / camera.scale)))
  const seen = resized(image, rows!, columns!)
  const curve = toneCurve(camera.contrast)
  const raw = mosaicOf(unprocessed(seen, camera, curve), camera.pattern)
  const noisy = new Float32Array(raw.length)
  for (let i = 0; i < raw.length; i++)
    noisy[i] = Math.min(1, raw[i]! + Math.sqrt(camera.shot * raw[i]! + camera.read) * normal())
  const size = { height: rows!, width: columns! }
  const [with_, without] = [noisy, raw].map((mosaic) =>
    developed(demosaic(mosaic, size, camera.pattern, camera.method), camera, curve),
  ) as [ColorImage, ColorImage]
  const noise = smoothed(difference(with_, without), camera)
  const added = resized(noise, height, width)
  const result = emptyImage(height, width)
  result.planes.forEach((plane, c) => {
    for (let i = 0; i < plane.length; i++) plane[i] = image.planes[c]![i]! + added.planes[c]![i]!
  })
  return result
}

const entries = 1024

/** The tone curve and its inverse as tables. */
interface ToneCurve {
  /** By the square root of the linear value, so that dark ones are as exact as bright ones. */
  readonly shown: Float32Array
  /** By the shown value; the linear one. */
  readonly linear: Float32Array
}

function toneCurve(contrast: number): ToneCurve {
  const shown = Float32Array.from({ length: entries + 1 }, (_, i) => {
    const x = (i / entries) ** (2 / 2.2)
    return (1 - contrast) * x + contrast * (3 * x * x - 2 * x ** 3)
  })
  let from = 0
  const linear = Float32Array.from({ length: entries + 1 }, (_, i) => {
    const wanted = i / entries
    while (from < entries - 1 && shown[from + 1]! < wanted) from++
    const [low, high] = [shown[from]!, shown[from + 1]!]
    const share = high > low ? Math.min(1, Math.max(0, (wanted - low) / (high - low))) : 0
    return ((from + share) / entries) ** 2
  })
  return { shown, linear }
}

function lookUp(table: Float32Array, share: number): number {
  const at = Math.min(1, Math.max(0, share)) * entries
  const i = Math.min(entries - 1, Math.floor(at))
  return table[i]! + (at - i) * (table[i + 1]! - table[i]!)
}

/** To raw values in colours of the sensor, before the mosaic. */
function unprocessed(
  { height, width, planes }: ColorImage,
  camera: Camera,
  { linear }: ToneCurve,
): ColorImage {
  const raw = emptyImage(height, width)
  const { colors, whiteBalance } = camera
  for (let i = 0; i < height * width; i++) {
    const [r, g, b] = [
      lookUp(linear, planes[0][i]!),
      lookUp(linear, planes[1][i]!),
      lookUp(linear, planes[2][i]!),
    ]
    for (let c = 0; c < 3; c++) {
      const row = colors[c]!
      raw.planes[c]![i] = (row[0] * r + row[1] * g + row[2] * b) / whiteBalance[c]!
    }
  }
  return raw
}

/** From colours of the sensor to the picture as it is shown, not yet clipped at black and white. */
function developed({ height, width, planes }: ColorImage, camera: Camera, { shown }: ToneCurve): ColorImage {
  const result = emptyImage(height, width)
  const back = inverse(camera.colors)
  const [red, green, blue] = camera.whiteBalance
  for (let i = 0; i < height * width; i++) {
    const [r, g, b] = [red * planes[0][i]!, green * planes[1][i]!, blue * planes[2][i]!]
    for (let c = 0; c < 3; c++) {
      const row = back[c]!
      const value = row[0] * r + row[1] * g + row[2] * b
      result.planes[c]![i] = lookUp(shown, Math.sqrt(Math.max(0, value)))
    }
  }
  return result
}

type Row = readonly [number, number, number]
type Matrix = readonly [Row, Row, Row]

function inverse([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
  return [
    [(e * i - f * h) / determinant, (c * h - b * i) / determinant, (b * f - c * e) / determinant],
    [(f * g - d * i) / determinant, (a * i - c * g) / determinant, (c * d - a * f) / determinant],
    [(d * h - e * g) / determinant, (b * g - a * h) / determinant, (a * e - b * d) / determinant],
  ]
}

function difference(a: ColorImage, b: ColorImage): ColorImage {
  const result = emptyImage(a.height, a.width)
  result.planes.forEach((plane, c) => {
    for (let i = 0; i < plane.length; i++) plane[i] = a.planes[c]![i]! - b.planes[c]![i]!
  })
  return result
}

/** Cameras smooth differences of colours more than brightness, and sharpen brightness. */
function smoothed(noise: ColorImage, { smoothing, sharpening }: Camera): ColorImage {
  const { height, width, planes } = noise
  const brightness = new Float32Array(height * width)
  for (let i = 0; i < brightness.length; i++)
    brightness[i] = (planes[0][i]! + planes[1][i]! + planes[2][i]!) / 3
  const colors = planes.map((plane) => {
    const own = Float32Array.from(plane, (value, i) => value - brightness[i]!)
    return blurred(own, height, width, smoothing.color)
  })
  const smooth = blurred(brightness, height, width, smoothing.brightness)
  const coarse = sharpening > 0 ? blurred(smooth, height, width, 1) : smooth
  const result = emptyImage(height, width)
  result.planes.forEach((plane, c) => {
    for (let i = 0; i < plane.length; i++)
      plane[i] = smooth[i]! + sharpening * (smooth[i]! - coarse[i]!) + colors[c]![i]!
  })
  return result
}
