import { codeSize, hasCode, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import type { Baselines } from '../../../shared/run'
import { clipped } from '../imaging/pixelBytes'
import { psnrOfImages } from '../imaging/psnr'
import { PrincipalSubspace } from '../projection/principalSubspace'
import type { Runtime } from '../runtimes/runtime'

/** Values of the images that PCA is fitted to, at most: 128 MB. */
const mostValues = 32e6
const mostImages = 10_000

/** How many training images PCA is fitted to. */
export const fittedImages = (spec: ModelSpec): number =>
  Math.max(2, Math.min(mostImages, Math.floor(mostValues / inputSize(spec.input))))

/**
 * The PSNR that the mean image and PCA reach. PCA has as many components as the code has numbers, at most the images − 1.
 *
 * @param train training images, count × inputs, 0..1; overwritten
 * @param measured images to measure on, `clean`, and as the model sees them
 * @returns null where there is nothing to compare: no code, or a single image
 */
export async function measureBaselines(
  runtime: Runtime,
  device: string,
  spec: ModelSpec,
  train: Float32Array,
  measured: { readonly clean: Float32Array; readonly seen: Float32Array },
): Promise<Baselines | null> {
  const inputs = inputSize(spec.input)
  const components = Math.min(codeSize(spec), inputs, train.length / inputs - 1)
  if (!hasCode(spec) || components < 1) return null
  const pca = await PrincipalSubspace.fit(runtime, device, train, inputs, components)
  try {
    const restored = clipped(await pca.restore(measured.seen))
    const alike = measured.clean.map((_, i) => pca.mean[i % inputs]!)
    const psnr = (other: Float32Array) => average(psnrOfImages(measured.clean, other, spec.input))
    return { mean: psnr(alike), pca: { psnr: psnr(restored), components } }
  } finally {
    await pca.dispose()
  }
}

const average = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
