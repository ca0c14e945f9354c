import type { PixelBlock } from '../../../shared/api/library'
import { ExpectedError } from '../../../shared/errors'
import { openInput } from '../pictures/decodeImage'
import type { ValueScale } from '../../engine/imaging/valueScale'
import { decodingRoom } from '../pictures/decodingRoom'
import { type PreparedImage, prepareImage } from '../pictures/prepareImage'
import { damaged, reasonOf } from '../pictures/unusableImage'

/** An upright picture, no side longer than `size`, on white. @throws ExpectedError for what cannot be read */
export async function readThumbnail(
  path: string,
  size: number,
  scaleOf: (image: PreparedImage) => Promise<ValueScale | undefined> = async () => undefined,
): Promise<PixelBlock> {
  try {
    const image = await prepareImage(path)
    const scale = await scaleOf(image)
    const scaleFor = scale && (async () => scale)
    const { data, info } = await decodingRoom.with(image, async () => {
      const opened = await openInput(image, { forThumbnail: true, scaleFor })
      return opened
        .resize(size, size, { fit: 'inside', withoutEnlargement: true })
        .flatten({ background: 'white' })
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true })
    })
    const { width, height } = info
    return { count: 1, width, height, channels: info.channels === 1 ? 1 : 3, data: new Uint8Array(data) }
  } catch (error) {
    throw new ExpectedError('bad-input', reasonOf(damaged(error)), { cause: error })
  }
}
