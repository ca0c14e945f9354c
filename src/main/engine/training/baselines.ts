import { codeSize, hasCode, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import type { Baselines } from '../../../shared/run'
import { clipped } from '../imaging/pixelBytes'
import { psnrOfImages } from '../imaging/psnr'
import { PrincipalSubspace } from '../projection/principalSubspace'
import type { Runtime } from '../runtimes/runtime'
import { inferenceBatch } from './evaluation'
import { evenly, someImages } from './initialValues'
import { asFloats } from './pixelSource'
import type { Trainer } from './trainer'

/** Values of the images that PCA is fitted to, at most: 128 MB. */
const mostValues = 32e6
const mostImages = 10_000

/** Baselines, and epochs of runs with a budget, are measured on so many images at most. */
export const mostMeasured = 1000

/** How many training images PCA is fitted to. */
const fittedImages = (spec: ModelSpec): number =>
  Math.max(2, Math.min(mostImages, Math.floor(mostValues / inputSize(spec.input))))

/** What the mean image and PCA reach on the validation images of a run or, without any, on the training images. */
export async function baselinesOf(trainer: Trainer, runtime: Runtime): Promise<Baselines | null> {
  const { images, indices, spec, compiled } = trainer
  if (!hasCode(spec)) return null
  const rows = evenly(indices.validation.length > 0 ? indices.validation : indices.train, mostMeasured)
  const batch = inferenceBatch(images.rowBytes)
  const clean = new Float32Array(rows.length * images.rowBytes)
  const seen = new Float32Array(clean.length)
  for (let from = 0; from < rows.length; from += batch) {
    const part = await trainer.reconstruct(rows.subarray(from, from + batch))
    clean.set(asFloats(part.clean), from * images.rowBytes)
    seen.set(part.input, from * images.rowBytes)
  }
  const fitted = await someImages(images, indices.train, fittedImages(spec))
  return measureBaselines(runtime, compiled.device.id, spec, fitted, { clean, seen })
}

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
