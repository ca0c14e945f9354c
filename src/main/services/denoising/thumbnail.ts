import sharp from 'sharp'
import type { PixelBlock } from '../../../shared/api/library'
import { ExpectedError } from '../../../shared/errors'
import { maxPixels, prepareImage } from '../datasets/prepareImage'
import { UnusableImage } from '../datasets/unusableImage'
import { readPicture } from './readPicture'

/** An upright picture, no side longer than `size`, on white. @throws ExpectedError for what cannot be read */
export async function readThumbnail(path: string, size: number): Promise<PixelBlock> {
  try {
    const image = await prepareImage(path)
    const source = image.format === 'bmp' ? await fromPixels(image) : sharp(image.input, options)
    const { data, info } = await source
      .rotate()
      .resize(size, size, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const { width, height } = info
    return { count: 1, width, height, channels: info.channels === 1 ? 1 : 3, data: new Uint8Array(data) }
  } catch (error) {
    if (error instanceof UnusableImage) throw new ExpectedError('bad-input', error.message)
    throw error instanceof ExpectedError
      ? error
      : new ExpectedError('bad-input', 'The picture cannot be shown: its file is damaged.', { cause: error })
  }
}

const options = { limitInputPixels: maxPixels, failOn: 'none' } as const

async function fromPixels(image: Parameters<typeof readPicture>[0]) {
  const { pixels, width, height, channels } = await readPicture(image)
  return sharp(pixels, { raw: { width, height, channels } })
}
