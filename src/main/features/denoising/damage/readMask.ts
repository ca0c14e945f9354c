import { sharp } from '../../../base/sharp'
import { ExpectedError } from '../../../../shared/errors'
import type { Picture } from '../../pictures/readPicture'
import type { Mask } from './restorePicture'

/** A mask out of a picture file: white is filled, black stays, and what is between is mixed. @throws ExpectedError */
export async function readMask(path: string, { height, width }: Picture): Promise<Mask> {
  const read = () =>
    sharp(path)
      .flatten({ background: 'black' })
      .toColourspace('b-w')
      .extractChannel(0)
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
  const { data, info } = await read().catch((error: unknown) => {
    throw new ExpectedError('bad-input', `The mask ${path} could not be read. Save it as a PNG in grey.`, {
      cause: error,
    })
  })
  if (info.height !== height || info.width !== width)
    throw new ExpectedError(
      'bad-input',
      `The mask ${path} is ${info.width} × ${info.height}, and the picture ${width} × ${height}. Make them the same size.`,
    )
  // A mask of 0 and 1 is meant as one of black and white.
  const most = data.reduce((largest, value) => Math.max(largest, value), 0)
  return most === 1 ? data.map((value) => 255 * value) : new Uint8Array(data)
}
