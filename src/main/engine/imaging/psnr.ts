import { type InputShape, inputSize } from '../../../shared/modelSpec'

/** What identical images score: their PSNR is infinite, which JSON cannot hold and no mean survives. */
export const maxPsnr = 100

/** PSNR = 10·log10(peak² / MSE) in dB, peak 1, at most `maxPsnr`. A diverged (NaN) error stays NaN. */
export function psnrOfMse(mse: number): number {
  return Math.min(maxPsnr, -10 * Math.log10(mse))
}

/**
 * PSNR in dB of each image of a batch. The PSNR of a set is the mean of these, as the denoising papers report it,
 * not the PSNR of the mean error.
 *
 * @param clean,other batch × height × width × channels, values in 0..1; not clipped here
 * @param out receives one value an image; made where absent
 */
export function psnrOfImages(
  clean: Float32Array,
  other: Float32Array,
  shape: InputShape,
  out = new Float64Array(clean.length / inputSize(shape)),
): Float64Array {
  const size = inputSize(shape)
  for (let image = 0; image * size < clean.length; image++) {
    let sum = 0
    for (let i = image * size; i < (image + 1) * size; i++) {
      const difference = clean[i]! - other[i]!
      sum += difference * difference
    }
    out[image] = psnrOfMse(sum / size)
  }
  return out
}
