import { preprocessingSchema } from '../../../shared/dataset'
import { ExpectedError } from '../../../shared/errors'
import type { InputShape } from '../../../shared/modelSpec'
import { decodeImage } from '../pictures/decodeImage'
import { prepareImage } from '../pictures/prepareImage'
import { reasonOf } from '../pictures/unusableImage'
import { sentence } from '../../../shared/texts/sentence'

/**
 * An image file in the size and colour that a model takes: height × width × channels bytes.
 * @throws ExpectedError `bad-input` when it cannot be read as an image
 */
export async function pixelsOfFile(
  path: string,
  { width, height, channels }: InputShape,
): Promise<Uint8Array> {
  const color = channels === 3 ? 'rgb' : 'grey'
  try {
    const preprocessing = preprocessingSchema.parse({ width, height, color })
    return (await decodeImage(await prepareImage(path), preprocessing)).data
  } catch (error) {
    throw new ExpectedError('bad-input', sentence('base.pathAndReason', { path, reason: reasonOf(error) }), {
      cause: error,
    })
  }
}
