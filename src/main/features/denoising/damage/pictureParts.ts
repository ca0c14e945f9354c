import type { Region } from '../../../../shared/region'
import { emptyLike } from '../../../engine/imaging/pixelValues'
import type { Picture } from '../../pictures/readPicture'
import type { Size } from '../pictureLevels'
import type { Mask } from './restorePicture'

/** A part of a picture, and what is computed for it: as much around it as could tell in its result. */
export interface PicturePart {
  readonly inner: Region
  readonly outer: Region
}

/** Of the parts that a large picture is restored in: their floats and those of what is twice as large go into memory. */
const partSide = 1024
/** What lies further away than this does not change a pixel by a level, in twelve steps of a denoiser either. */
const margin = 64
/** Cells in which a mask is looked at, in pixels. Holes in cells that touch are filled together. */
const maskCell = 64

/** An area in parts, as few as its size allows. @param area of the picture; all of it if not given */
export function partsOf(size: Size, area: Region = { left: 0, top: 0, ...size }): PicturePart[] {
  const parts: PicturePart[] = []
  const [right, bottom] = [area.left + area.width, area.top + area.height]
  for (let { top } = area; top < bottom; top += partSide)
    for (let { left } = area; left < right; left += partSide) {
      const inner = {
        left,
        top,
        width: Math.min(partSide, right - left),
        height: Math.min(partSide, bottom - top),
      }
      parts.push({ inner, outer: around(inner, size) })
    }
  return parts
}

/** The parts in which a mask has something to fill. */
export function maskedParts(mask: Mask, size: Size): PicturePart[] {
  return boxesOf(mask, size).flatMap((box) => partsOf(size, box))
}

function around({ left, top, width, height }: Region, size: Size): Region {
  const [x, y] = [Math.max(0, left - margin), Math.max(0, top - margin)]
  return {
    left: x,
    top: y,
    width: Math.min(size.width, left + width + margin) - x,
    height: Math.min(size.height, top + height + margin) - y,
  }
}

/** Boxes around what a mask covers, none of which overlap. */
function boxesOf(mask: Mask, { width, height }: Size): Region[] {
  let boxes: Region[] = []
  for (let top = 0; top < height; top += maskCell)
    for (let left = 0; left < width; left += maskCell) {
      const cell = {
        left,
        top,
        width: Math.min(maskCell, width - left),
        height: Math.min(maskCell, height - top),
      }
      if (hasAny(mask, width, cell)) boxes = joined(boxes, cell)
    }
  return boxes
}

function hasAny(mask: Mask, width: number, { left, top, width: across, height }: Region): boolean {
  for (let y = top; y < top + height; y++)
    for (let at = y * width + left; at < y * width + left + across; at++) if (mask[at]! > 0) return true
  return false
}

/** A box among others: those that it touches become one with it, and that may touch others then. */
function joined(boxes: readonly Region[], box: Region): Region[] {
  const touching = boxes.filter((one) => touches(one, box))
  if (touching.length === 0) return [...boxes, box]
  const others = boxes.filter((one) => !touching.includes(one))
  return joined(others, [...touching, box].reduce(union))
}

const touches = (a: Region, b: Region): boolean =>
  a.left <= b.left + b.width &&
  b.left <= a.left + a.width &&
  a.top <= b.top + b.height &&
  b.top <= a.top + a.height

function union(a: Region, b: Region): Region {
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)]
  const width = Math.max(a.left + a.width, b.left + b.width) - left
  const height = Math.max(a.top + a.height, b.top + b.height) - top
  return { left, top, width, height }
}

/** A part of a picture as one of its own. */
export function cropped(picture: Picture, region: Region): Picture {
  const { pixels, width, channels } = picture
  const cut = cutOut(pixels, width * channels, scaled(region, channels))
  return { ...picture, pixels: cut, width: region.width, height: region.height, floats: undefined }
}

export const croppedMask = (mask: Mask, width: number, region: Region): Mask =>
  cutOut(mask, width, region) as Mask

const scaled = ({ left, top, width, height }: Region, channels: number): Region => ({
  left: left * channels,
  top,
  width: width * channels,
  height,
})

function cutOut(
  values: Uint8Array | Uint16Array,
  row: number,
  { left, top, width, height }: Region,
): Uint8Array | Uint16Array {
  const cut = emptyLike(values, width * height)
  for (let y = 0; y < height; y++) {
    const from = (top + y) * row + left
    cut.set(values.subarray(from, from + width), y * width)
  }
  return cut
}

/**
 * Puts the inner part of what was made of the outer one into a result.
 *
 * @param times how many times as wide and high the result is as the picture
 * @returns where the result has changed
 */
export function paste(
  into: { readonly pixels: Picture['pixels']; readonly width: number; readonly channels: number },
  made: Pick<Picture, 'pixels' | 'width'>,
  { inner, outer }: PicturePart,
  times: number,
): Region {
  const { channels } = into
  const to = { left: inner.left * times, top: inner.top * times }
  const size = { width: inner.width * times, height: inner.height * times }
  const [x, y] = [(inner.left - outer.left) * times, (inner.top - outer.top) * times]
  for (let row = 0; row < size.height; row++) {
    const from = ((y + row) * made.width + x) * channels
    const at = ((to.top + row) * into.width + to.left) * channels
    into.pixels.set(made.pixels.subarray(from, from + size.width * channels), at)
  }
  return { ...to, ...size }
}
