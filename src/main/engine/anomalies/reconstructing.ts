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

/** What is asked of the network; the rest takes its time for nothing. */
export interface Asked {
  readonly output: boolean
  readonly codes: boolean
}

const everything: Asked = { output: true, codes: true }

/** @param pixels count × inputs bytes. What was not asked for is empty, or null. */
export async function reconstructAll(
  compiled: CompiledProgram,
  spec: ModelSpec,
  pixels: Uint8Array,
  asked: Asked = everything,
): Promise<ReconstructedImages> {
  const inputs = inputSize(spec.input)
  const count = pixels.length / inputs
  const images = asFloats(pixels)
  const image = { shape: [count, inputs], data: images }
  const seen = { count, images, output: new Float32Array(0), codes: null }
  if (!hasCode(spec)) {
    if (!asked.output) return seen
    const levels = noiseLevels(spec) || 1
    const sigma = { shape: [count, levels], data: new Float32Array(count * levels) }
    const { output } = await compiled.run('reconstruct', { image, sigma })
    return { ...seen, output: output!.data as Float32Array }
  }
  if (!asked.output && !asked.codes) return seen
  const codes = (await compiled.run('encode', { image })).code!.data as Float32Array
  if (!asked.output) return { ...seen, codes }
  const code = { shape: [count, codes.length / count], data: codes }
  const output = (await compiled.run('decode', { code })).image!.data as Float32Array
  return { ...seen, output, codes }
}
