import { sharp } from '../sharp'
import type { ImageBatch } from '../../../shared/imageBatch'

/** Pixels of an RGBA picture, row-major. */
export type Picture = { rgba: Buffer; width: number; height: number }

/** Images side by side at their own size, `columns` in a row, with `gap` transparent pixels between them. */
export function imageGrid({ pixels, count, shape }: ImageBatch, columns: number, gap: number): Picture {
  const { height, width, channels } = shape
  const across = Math.min(columns, count)
  const grid = {
    width: across * (width + gap) - gap,
    height: Math.ceil(count / columns) * (height + gap) - gap,
  }
  const rgba = Buffer.alloc(grid.width * grid.height * 4)
  for (let i = 0; i < count * height * width; i++) {
    const image = Math.floor(i / (height * width))
    const row = Math.floor(image / columns) * (height + gap) + (Math.floor(i / width) % height)
    const column = (image % columns) * (width + gap) + (i % width)
    const to = (row * grid.width + column) * 4
    for (let c = 0; c < 3; c++) rgba[to + c] = pixels[i * channels + Math.min(c, channels - 1)]!
    rgba[to + 3] = 255
  }
  return { rgba, ...grid }
}

/** A PNG, each pixel drawn as a square of `scale` × `scale`. */
export function toPng({ rgba, width, height }: Picture, scale = 1): Promise<Buffer> {
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .resize({ width: width * scale, height: height * scale, kernel: 'nearest' })
    .png()
    .toBuffer()
}

/** The whole number of times that a length goes into another, at least one: how far a picture can be enlarged. */
export function fittingScale(length: number, longest: number): number {
  return Math.max(1, Math.floor(longest / length))
}
