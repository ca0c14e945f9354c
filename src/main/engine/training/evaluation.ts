import { inputSize, type InputShape } from '../../../shared/modelSpec'
import type { TensorData } from '../graph/tensor'
import { clipped } from '../imaging/pixelBytes'
import { psnrOfMse, psnrOfImages } from '../imaging/psnr'
import { ssimOfImages } from '../imaging/ssim'
import type { CompiledProgram } from '../runtimes/runtime'
import { corruptionFeeds } from './corruption'
import type { CorruptionSource } from './corruptionSource'
import { splitPairs } from './pairedImages'
import { asFloats, type PixelSource, readImages } from './pixelSource'
import { randomStream, streams } from './random'

/** Means over images; PSNR and SSIM of the output clipped to 0..1 against the clean image. */
export interface Evaluation {
  readonly count: number
  readonly loss: number
  readonly psnr: number
  readonly ssim: number
  /** PSNR of the input as the network gets it, clipped likewise; null without noise. */
  readonly noisyPsnr: number | null
}

export interface EvaluationOptions {
  readonly shape: InputShape
  readonly corruption: CorruptionSource | null
  /** Of the noise. */
  readonly seed: number
  /** SSIM, the dearest of the measures, is taken of at most this many images, evenly spread. */
  readonly ssimImages?: number
  readonly onProgress?: (done: number) => void
  readonly signal?: { readonly aborted: boolean }
}

/** Images computed at once: some 16 MB of float32. */
export const inferenceBatch = (inputs: number) => Math.max(1, Math.min(256, Math.floor(4e6 / inputs)))

/** Runs `evaluate` over images. @param indices ascending */
export async function evaluateImages(
  compiled: CompiledProgram,
  source: PixelSource,
  indices: Uint32Array,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const sums = { loss: 0, psnr: 0, ssim: 0, ssimCount: 0, noisyPsnr: 0, count: 0 }
  const batchSize = inferenceBatch(inputSize(options.shape))
  const stride = Math.max(1, Math.ceil(indices.length / (options.ssimImages ?? Infinity)))
  for (let from = 0; from < indices.length && !options.signal?.aborted; from += batchSize) {
    const part = indices.subarray(from, from + batchSize)
    const { pixels, results } = await evaluateBatch(compiled, source, part, from, options)
    const clean = asFloats(pixels)
    const output = clipped(results.output!.data as Float32Array)
    for (let i = 0; i < part.length; i++) {
      sums.loss += results.loss!.data[i]!
      sums.psnr += psnrOfMse(results.squaredError!.data[i]!)
      if ((from + i) % stride) continue
      const size = inputSize(options.shape)
      const image = (data: Float32Array) => data.subarray(i * size, (i + 1) * size)
      sums.ssim += ssimOfImages(image(clean), image(output), options.shape)[0]!
      sums.ssimCount++
    }
    if (options.corruption)
      for (const value of psnrOfImages(clean, clipped(results.input!.data as Float32Array), options.shape))
        sums.noisyPsnr += value
    sums.count += part.length
    options.onProgress?.(sums.count)
  }
  const { count } = sums
  return {
    count,
    loss: sums.loss / count,
    psnr: sums.psnr / count,
    ssim: sums.ssim / sums.ssimCount,
    noisyPsnr: options.corruption && sums.noisyPsnr / count,
  }
}

/**
 * One batch through `evaluate`. The noise depends on the seed and on `from`, the batch's place, only; pairs bring their damaged
 * pictures with them.
 */
export async function evaluateBatch(
  compiled: CompiledProgram,
  source: PixelSource,
  indices: Uint32Array,
  from: number,
  { corruption, seed }: Pick<EvaluationOptions, 'corruption' | 'seed'>,
): Promise<{ pixels: Uint8Array; results: Record<string, TensorData> }> {
  const rows = new Uint8Array(indices.length * source.rowBytes)
  await readImages(source, indices, rows)
  const pixels = source.isPaired ? new Uint8Array(rows.length / 2) : rows
  const inputs = pixels.length / indices.length
  const feeds: Record<string, TensorData> = { x: { shape: [indices.length, inputs], data: pixels } }
  if (corruption) {
    const field = new Float32Array(pixels.length)
    const strength = new Float32Array(indices.length * corruption.levels)
    if (source.isPaired) splitPairs(rows, source.shape!.channels, pixels, field)
    else corruption.draw(randomStream(seed, streams.validation, from), pixels, field, strength)
    Object.assign(feeds, corruptionFeeds('x', indices.length, field, strength))
  }
  return { pixels, results: await compiled.run('evaluate', feeds) }
}
