import { psnrOfImages } from '../../../engine/imaging/psnr'
import { ssimOfImages } from '../../../engine/imaging/ssim'
import { asFloats } from '../../../engine/training/pixelSource'
import type { ComputeTasks } from '../../../worker/protocol'

export async function similarity({
  a,
  b,
  ...shape
}: ComputeTasks['similarity']['params']): Promise<ComputeTasks['similarity']['result']> {
  const [first, second] = [asFloats(a), asFloats(b)]
  return { psnr: psnrOfImages(first, second, shape)[0]!, ssim: ssimOfImages(first, second, shape)[0]! }
}
