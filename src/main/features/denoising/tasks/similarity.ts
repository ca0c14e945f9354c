import { psnrOfImages } from '../../../engine/imaging/psnr'
import { ssimOfImages } from '../../../engine/imaging/ssim'
import { asFloats } from '../../../engine/training/pixelSource'

/** PSNR in dB and SSIM of two images of one size, height × width × channels bytes. */
interface Similarity {
  params: { a: Uint8Array; b: Uint8Array; height: number; width: number; channels: 1 | 3 }
  result: { psnr: number; ssim: number }
  event: never
}

export async function similarity({ a, b, ...shape }: Similarity['params']): Promise<Similarity['result']> {
  const [first, second] = [asFloats(a), asFloats(b)]
  return { psnr: psnrOfImages(first, second, shape)[0]!, ssim: ssimOfImages(first, second, shape)[0]! }
}
