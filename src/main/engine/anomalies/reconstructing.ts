import { hasCode, inputSize, type ModelSpec, noiseLevels } from '../../../shared/modelSpec'
import type { CompiledProgram } from '../runtimes/runtime'
import { asFloats } from '../training/pixelSource'

/** Some images through a model. */
export interface ReconstructedImages {
  readonly count: number
  /** count × inputs, 0..1 */
  readonly images: Float32Array
  /** count × inputs, not clipped */
  readonly output: Float32Array
  /** count × dimensions; null for a model without a code */
  readonly codes: Float32Array | null
}

/** @param pixels count × inputs bytes */
export async function reconstructAll(
  compiled: CompiledProgram,
  spec: ModelSpec,
  pixels: Uint8Array,
): Promise<ReconstructedImages> {
  const inputs = inputSize(spec.input)
  const count = pixels.length / inputs
  const images = asFloats(pixels)
  const image = { shape: [count, inputs], data: images }
  if (!hasCode(spec)) {
    const levels = noiseLevels(spec) || 1
    const sigma = { shape: [count, levels], data: new Float32Array(count * levels) }
    const { output } = await compiled.run('reconstruct', { image, sigma })
    return { count, images, output: output!.data as Float32Array, codes: null }
  }
  const codes = (await compiled.run('encode', { image })).code!.data as Float32Array
  const code = { shape: [count, codes.length / count], data: codes }
  const output = (await compiled.run('decode', { code })).image!.data as Float32Array
  return { count, images, output, codes }
}
