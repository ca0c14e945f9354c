import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { initializeParameters } from '../models/initialize'
import { initializeFromImages } from '../models/initializeFromImages'
import { asFloats, type PixelSource, readImages } from './pixelSource'

/** Images that initial values are found from, at most: some 12 MB of floats. */
const mostImages = 1500
const mostValues = 3e6

/** Values of all parameters before training. @param train rows of the training images, ascending */
export async function initialValues(
  spec: ModelSpec,
  source: PixelSource,
  train: Uint32Array,
): Promise<Record<string, Float32Array>> {
  if (spec.initializer !== 'pca') return initializeParameters(spec)
  const images = await someImages(
    source,
    train,
    Math.min(mostImages, Math.ceil(mostValues / inputSize(spec.input))),
  )
  return initializeFromImages(spec, images) ?? initializeParameters(spec)
}

/** An even selection. @returns images × inputs, 0..1 */
export async function someImages(
  source: PixelSource,
  rows: Uint32Array,
  most: number,
): Promise<Float32Array> {
  const chosen = evenly(rows, most)
  const pixels = new Uint8Array(chosen.length * source.rowBytes)
  await readImages(source, chosen, pixels)
  return asFloats(pixels)
}

/** At most so many of the rows, evenly spread. */
export function evenly(rows: Uint32Array, most: number): Uint32Array {
  const taken = Math.min(rows.length, most)
  return Uint32Array.from({ length: taken }, (_, i) => rows[Math.floor((i * rows.length) / taken)]!)
}
