import { estimateNoise, type NoiseEstimate, type Plane } from './noiseEstimate'
import { colorChannels, type PixelImage, rangeOf } from './pixelTiles'

/** Larger images are looked at in so many squares of that side, spread evenly. */
const squareSide = 256
const squaresAcross = 4

export interface ChannelNoise {
  /** Of each channel of colour, on a scale on which black is 0 and white 255; see `rangeOf`. */
  readonly sigmas: readonly number[]
  /** Of the noise of each channel with that of each, -1..1: what a camera makes of its sensor's noise is alike in all. */
  readonly correlation: readonly (readonly number[])[]
}

/** The noise in each channel of colour; null for an image too small to tell. See estimateNoise. */
export function estimateChannels(image: PixelImage): ChannelNoise | null {
  const squares = placeSquares(image)
  const channels = Array.from({ length: colorChannels(image) }, (_, c) =>
    squares.map((square) => cut(image, c, square)),
  )
  const estimates = channels.map((planes) => estimateNoise(planes))
  const known = estimates.filter((estimate) => estimate !== null)
  if (known.length < channels.length) return null
  const details = channels.map((planes) => fineDetail(planes, known))
  const correlation = details.map((a) => details.map((b) => correlationOf(a, b)))
  return { sigmas: known.map(({ sigma }) => sigma), correlation }
}

/**
 * Second differences across and down (Immerkær 1996), of which shades and edges have little and noise all: in the middle of
 * each patch that has nothing but noise in the channel where there are fewest.
 */
function fineDetail(planes: readonly Plane[], estimates: readonly NoiseEstimate[]): Float32Array {
  const { patches, side } = estimates.reduce((fewest, one) =>
    one.patches.place.length < fewest.patches.place.length ? one : fewest,
  )
  const first = Math.floor((side - 3) / 2)
  const found = new Float32Array(patches.place.length)
  for (let i = 0; i < found.length; i++) {
    const { data, width } = planes[patches.plane[i]!]!
    const upper = patches.place[i]! + first * width + first
    const [middle, lower] = [upper + width, upper + 2 * width]
    found[i] =
      data[upper]! -
      2 * data[upper + 1]! +
      data[upper + 2]! -
      2 * (data[middle]! - 2 * data[middle + 1]! + data[middle + 2]!) +
      data[lower]! -
      2 * data[lower + 1]! +
      data[lower + 2]!
  }
  return found
}

/** 1 for what is the same; 0 where one of them does not vary. */
function correlationOf(a: Float32Array, b: Float32Array): number {
  if (a === b) return 1
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!
    aa += a[i]! * a[i]!
    bb += b[i]! * b[i]!
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0
}

interface Square {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

function placeSquares({ height, width }: PixelImage): Square[] {
  const most = (squareSide * squaresAcross) ** 2
  if (height * width <= most) return [{ top: 0, left: 0, height, width }]
  // As many pixels whatever the image's proportions.
  const rows = Math.min(Math.floor(height / squareSide), squaresAcross)
  const columns = Math.min(Math.floor(width / squareSide), squaresAcross)
  if (rows === 0 || columns === 0) return [strip(height, width, most)]
  const spread = (size: number, count: number) =>
    Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * size) / count - squareSide / 2))
  return spread(height, rows).flatMap((top) =>
    spread(width, columns).map((left) => ({ top, left, height: squareSide, width: squareSide })),
  )
}

/** The middle of an image that is long and narrow. */
function strip(height: number, width: number, most: number): Square {
  if (height > width) {
    const length = Math.floor(most / width)
    return { top: Math.floor((height - length) / 2), left: 0, height: length, width }
  }
  const length = Math.floor(most / height)
  return { top: 0, left: Math.floor((width - length) / 2), height, width: length }
}

function cut(image: PixelImage, channel: number, { top, left, height, width }: Square): Plane {
  const { black, white } = rangeOf(image)
  const span = white - black
  const data = new Float32Array(height * width)
  for (let y = 0, at = 0; y < height; y++) {
    let from = ((top + y) * image.width + left) * image.channels + channel
    for (let x = 0; x < width; x++, at++, from += image.channels)
      data[at] = (image.data[from]! - black) / span
  }
  return { height, width, data }
}
