import { sharp } from '../../base/sharp'
import type { ImageBatch } from '../../../shared/imageBatch'
import { colorChannels } from '../../engine/denoising/pixelTiles'
import { imageGrid } from '../../base/drawing/imageGrid'
import type { Picture } from '../../features/pictures/readPicture'

/** Height and width of the part that is shown, in pixels, and how much it is enlarged. */
const side = 160
const enlarged = 2
const gap = 4

/** Of one size, 8 bits and as many channels. */
type Shown = Pick<Picture, 'width' | 'height' | 'channels' | 'pixels'>

/** The middle of pictures side by side, without alpha, each pixel drawn as 2 × 2: a WebP file. */
export async function noiseSheet(pictures: readonly Shown[]): Promise<Buffer> {
  const { width, height, channels } = pictures[0]!
  const shape = {
    height: Math.min(side, height),
    width: Math.min(side, width),
    channels: colorChannels({ channels }),
  }
  const size = shape.height * shape.width * shape.channels
  const pixels = new Uint8Array(pictures.length * size)
  pictures.forEach((picture, i) => copyMiddle(picture, shape, pixels.subarray(i * size)))
  const grid = imageGrid({ pixels, count: pictures.length, shape }, pictures.length, gap)
  return sharp(grid.rgba, { raw: { width: grid.width, height: grid.height, channels: 4 } })
    .resize({ width: grid.width * enlarged, height: grid.height * enlarged, kernel: 'nearest' })
    .webp({ quality: 90, effort: 6, smartSubsample: true })
    .toBuffer()
}

function copyMiddle(
  { pixels, width, height, channels }: Shown,
  part: ImageBatch['shape'],
  to: Uint8Array,
): void {
  const [top, left] = [(height - part.height) >> 1, (width - part.width) >> 1]
  for (let y = 0, at = 0; y < part.height; y++)
    for (let x = 0; x < part.width; x++)
      for (let c = 0; c < part.channels; c++)
        to[at++] = pixels[((top + y) * width + left + x) * channels + c]!
}
