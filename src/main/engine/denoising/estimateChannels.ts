import { estimateNoise, type Plane } from './noiseEstimate'
import { colorChannels, type PixelImage, whiteOf } from './pixelTiles'

/** Larger images are looked at in so many squares of that side, spread evenly. */
const squareSide = 256
const squaresAcross = 4

/**
 * The noise in each channel of colour, on the 0-255 scale; null for an image too small to tell. See estimateNoise.
 */
export function estimateChannels(image: PixelImage): number[] | null {
  const squares = placeSquares(image)
  const channels = Array.from({ length: colorChannels(image) }, (_, c) => c)
  const sigmas = channels.map((channel) =>
    estimateNoise(squares.map((square) => cut(image, channel, square))),
  )
  return sigmas.every((sigma) => sigma !== null) ? sigmas : null
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
  const white = whiteOf(image)
  const data = new Float32Array(height * width)
  for (let y = 0, at = 0; y < height; y++) {
    let from = ((top + y) * image.width + left) * image.channels + channel
    for (let x = 0; x < width; x++, at++, from += image.channels) data[at] = image.data[from]! / white
  }
  return { height, width, data }
}
