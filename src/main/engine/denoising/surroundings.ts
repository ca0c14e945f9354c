import { isFullyConvolutional, type ModelSpec } from '../../../shared/modelSpec'
import type { Region } from '../../../shared/region'
import { strideOf } from './patchRestorer'
import { type PixelImage } from './pixelTiles'
import { emptyLike } from '../imaging/pixelValues'
import { cellOf, receptiveRadius } from './receptiveRadius'

/** What a model has to see around a part of an image, and where parts may begin, for it to give what it gives of the whole. */
export interface Surroundings {
  /** Pixels on each side. */
  readonly margin: number
  /** Parts begin at multiples of this. */
  readonly step: number
}

/** Room for the interpolation of what was restored at half the size. */
const betweenPixels = 2

/** @param hasCoarse whether the image is restored at half the size too, where a model sees twice as far */
export function surroundingsOf(spec: ModelSpec, hasCoarse: boolean): Surroundings {
  const factor = hasCoarse ? 2 : 1
  const radius = isFullyConvolutional(spec)
    ? receptiveRadius(spec)
    : Math.max(spec.input.height, spec.input.width) - 1
  const step = factor * stepOf(spec)
  const margin = factor * (radius + (hasCoarse ? betweenPixels : 0))
  return { step, margin: Math.ceil(margin / step) * step }
}

function stepOf(spec: ModelSpec): number {
  if (!isFullyConvolutional(spec)) return strideOf(spec.input.height) * strideOf(spec.input.width)
  return cellOf(spec)
}

/**
 * A part of an image with its surroundings: of one size all over an image that is large enough, apart from its right and
 * lower end.
 */
export function withSurroundings(
  { height, width }: Pick<PixelImage, 'height' | 'width'>,
  part: Region,
  around: Surroundings,
): Region {
  const across = alongAxis(width, part.left, part.width, around)
  const down = alongAxis(height, part.top, part.height, around)
  return { left: across.start, width: across.length, top: down.start, height: down.length }
}

function alongAxis(size: number, from: number, length: number, { margin, step }: Surroundings) {
  const wanted = Math.ceil(length / step) * step + 2 * margin + step
  const start = roundDown(Math.max(0, from - margin), step)
  if (start + wanted <= size) return { start, length: wanted }
  const last = roundDown(Math.max(0, size - wanted), step)
  return { start: last, length: size - last }
}

const roundDown = (value: number, step: number) => Math.floor(value / step) * step

/** A copy of a part of an image. */
export function cutOut(image: PixelImage, { left, top, width, height }: Region): PixelImage {
  const { channels } = image
  const line = width * channels
  const data = emptyLike(image.data, height * line)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels
    data.set(image.data.subarray(from, from + line), y * line)
  }
  return { height, width, channels, data, range: image.range }
}

/**
 * Puts a part of a cut-out back.
 *
 * @param cut where `from` was cut out of the image
 * @param part lies in `cut`; pixels of the image
 */
export function putBack(image: PixelImage, from: PixelImage, cut: Region, part: Region): void {
  const { channels } = image
  for (let y = part.top; y < part.top + part.height; y++) {
    const at = ((y - cut.top) * from.width + part.left - cut.left) * channels
    const line = from.data.subarray(at, at + part.width * channels)
    image.data.set(line, (y * image.width + part.left) * channels)
  }
}
