import { sharp } from '../../../base/sharp'
import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import type { Picture } from '../../pictures/readPicture'
import type { Mask } from './restorePicture'

/**
 * A mask out of a picture file: white is filled, black stays, and what is between is mixed. Where only its alpha differs from place to
 * place, as of strokes on an empty layer, what is opaque is filled. @throws ExpectedError
 */
export async function readMask(path: string, { height, width }: Picture): Promise<Mask> {
  const read = async () =>
    (await onlyAlphaDiffers(path))
      ? sharp(path).extractChannel('alpha').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
      : sharp(path)
          .flatten({ background: 'black' })
          .toColourspace('b-w')
          .extractChannel(0)
          .raw({ depth: 'uchar' })
          .toBuffer({ resolveWithObject: true })
  const { data, info } = await read().catch((error: unknown) => {
    throw new ExpectedError('bad-input', sentence('denoising.maskUnreadable', { path }), {
      cause: error,
    })
  })
  if (info.height !== height || info.width !== width)
    throw new ExpectedError(
      'bad-input',
      sentence('denoising.maskOfOtherSize', {
        path,
        maskWidth: info.width,
        maskHeight: info.height,
        width,
        height,
      }),
    )
  // A mask of 0 and 1 is meant as one of black and white.
  const most = data.reduce((largest, value) => Math.max(largest, value), 0)
  return most === 1 ? data.map((value) => 255 * value) : new Uint8Array(data)
}

async function onlyAlphaDiffers(path: string): Promise<boolean> {
  const { hasAlpha } = await sharp(path).metadata()
  if (!hasAlpha) return false
  const { channels } = await sharp(path).stats()
  const alpha = channels.at(-1)!
  return alpha.min !== alpha.max && channels.slice(0, -1).every(({ min, max }) => min === max)
}
