import type { ViewRectangle } from '../../../shared/api/denoising'
import type { Region } from '../../../shared/region'

/** The pixels of a level of a picture that show something of a part of it. See PictureLevels. */
export function atLevel({ left, top, width, height }: Region, level: number): Region {
  const step = 2 ** level
  const [x, y] = [Math.floor(left / step), Math.floor(top / step)]
  return {
    left: x,
    top: y,
    width: Math.ceil((left + width) / step) - x,
    height: Math.ceil((top + height) / step) - y,
  }
}

/** The part of a picture that some pixels of a level show; at its edges a little beyond it. */
export function ofPicture({ left, top, width, height }: Region, level: number): Region {
  const step = 2 ** level
  return { left: left * step, top: top * step, width: width * step, height: height * step }
}

/** What two have in common; null where that is nothing. */
export function overlap(a: Region, b: Region): Region | null {
  const [left, top] = [Math.max(a.left, b.left), Math.max(a.top, b.top)]
  const width = Math.min(a.left + a.width, b.left + b.width) - left
  const height = Math.min(a.top + a.height, b.top + b.height) - top
  return width > 0 && height > 0 ? { left, top, width, height } : null
}

/** Whole pixels of what is inside; a picture is never left altogether. */
export function within(
  { left, top, width, height }: ViewRectangle,
  size: { readonly width: number; readonly height: number },
  step: number,
): Region {
  const along = (from: number, length: number, all: number) => {
    const start = Math.min(all - 1, Math.max(0, Math.floor(from / step)))
    const end = Math.min(all, Math.max(start + 1, Math.ceil((from + length) / step)))
    return [start, end - start] as const
  }
  const [x, across] = along(left, width, size.width)
  const [y, down] = along(top, height, size.height)
  return { left: x, top: y, width: across, height: down }
}
