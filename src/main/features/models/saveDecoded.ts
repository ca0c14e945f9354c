import { sharp } from '../../base/sharp'
import { join } from 'node:path'
import type { PixelBlock } from '../../../shared/api/library'
import { writeFileAtomic } from '../../store/atomicWrite'
import { type AnimationFormat, encodeAnimation } from '../../base/drawing/animation'
import { fittingScale, imageGrid, toPng } from '../../base/drawing/imageGrid'
import { FreeNames } from '../../store/freeNames'
import { slugOf } from '../../base/library'

export type DecodedFormat = 'png' | AnimationFormat

/** Small images are enlarged, pixel by pixel, to about this side. */
const shownSide = 256
const widestGrid = 4096
const frameMs = 80
/** At both ends, so that the eye finds them. */
const restMs = 600

/** Images side by side (`png`), or one after the other there and back. */
export async function encodeDecoded(
  images: PixelBlock,
  columns: number,
  format: DecodedFormat,
): Promise<Uint8Array> {
  if (format !== 'png') return animate(images, format)
  const { data: pixels, count, width, height, channels } = images
  const grid = imageGrid({ pixels, count, shape: { width, height, channels } }, columns, 1)
  const scale = Math.min(fittingScale(grid.width, widestGrid), fittingScale(Math.max(width, height), 96))
  return toPng(grid, scale)
}

/** In `folder`, under a name that is free there. @returns its path */
export async function saveDecoded(
  images: PixelBlock,
  columns: number,
  format: DecodedFormat,
  folder: string,
  name: string,
): Promise<string> {
  const bytes = await encodeDecoded(images, columns, format)
  const path = join(folder, (await FreeNames.in(folder)).take(slugOf(name, 'images'), `.${format}`))
  await writeFileAtomic(path, bytes)
  return path
}

async function animate(images: PixelBlock, format: AnimationFormat): Promise<Uint8Array> {
  const { width, height, channels, count, data } = images
  const scale = fittingScale(Math.max(width, height), shownSide)
  const bytes = width * height * channels
  const frames = await Promise.all(
    Array.from({ length: count }, async (_, i) => ({
      rgb: await sharp(data.subarray(i * bytes, (i + 1) * bytes), { raw: { width, height, channels } })
        .resize({ width: width * scale, height: height * scale, kernel: 'nearest' })
        .toColourspace('srgb')
        .raw()
        .toBuffer(),
      ms: i === 0 || i === count - 1 ? restMs : frameMs,
    })),
  )
  const back = frames.slice(1, -1).reverse()
  return encodeAnimation([...frames, ...back], { width: width * scale, height: height * scale }, format)
}
