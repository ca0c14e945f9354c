import type { InputShape } from '../../../shared/modelSpec'
import { inputSize } from '../../../shared/modelSpec'
import { sub } from '../graph/ops/arithmetic'
import { matmul } from '../graph/ops/matmul'
import { placeholder } from '../graph/ops/placeholder'
import { reduceSum } from '../graph/ops/reduce'
import { square } from '../graph/ops/unary'
import { BATCH } from '../graph/tensor'
import { createVariable } from '../graph/variable'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'
import type { Random } from '../training/random'
import { blurMap } from './errorMaps'
import { copyPatch, enlarge, patchSize, shrink, shrunkShape } from './patchFeatures'
import { moments, whiteningOf } from './shrunkGaussian'

/** Sizes at which patches are looked at: each the mean of squares of so many pixels. */
const factors = [1, 2, 4]
/** Patches of normal images that the statistics of a size are taken from. */
const mostPatches = 40_000
/** Of the mean variance, added to all: what is never seen to change is not infinitely odd when it does. */
const shrinkage = 0.002
const leastVariance = 1e-5
const smoothSigma = 1.5

interface Scale {
  readonly factor: number
  readonly shape: InputShape
  readonly compiled: CompiledProgram
  readonly mean: number
  readonly spread: number
}

/**
 * How odd each place of an image is by its small patches, whatever is where: their Mahalanobis distances at several sizes,
 * each put in relation to what it is in normal images. For surfaces, which look alike everywhere.
 */
export class PatchSurprise {
  private constructor(
    private readonly shape: InputShape,
    private readonly scales: readonly Scale[],
  ) {}

  /**
   * @param images count × inputs, normal ones, 0..1
   * @param random draws the places that are looked at
   */
  static async fit(
    runtime: Runtime,
    device: string | undefined,
    images: Float32Array,
    shape: InputShape,
    random: Random,
  ): Promise<PatchSurprise> {
    const scales: Scale[] = []
    for (const factor of factors) {
      const small = shrunkShape(shape, factor)
      if (factor > 1 && Math.min(small.width, small.height) < 8) continue
      scales.push(await fitScale(runtime, device, images, shape, factor, random))
    }
    return new PatchSurprise(shape, scales)
  }

  /** The map of one image, height × width: 0 is usual, and 1 a standard deviation more. */
  async mapOf(image: Float32Array): Promise<Float32Array> {
    const { shape, scales } = this
    const sum = new Float32Array(shape.width * shape.height)
    for (const scale of scales) {
      const distances = await distancesOf(scale, shrink(image, shape, scale.factor))
      for (let i = 0; i < distances.length; i++) distances[i] = (distances[i]! - scale.mean) / scale.spread
      const large = enlarge(distances, scale.shape, scale.factor, shape)
      for (let i = 0; i < sum.length; i++) sum[i]! += large[i]! / scales.length
    }
    return blurMap(sum, shape.width, shape.height, smoothSigma)
  }

  async dispose(): Promise<void> {
    for (const { compiled } of this.scales) await compiled.dispose()
  }
}

async function fitScale(
  runtime: Runtime,
  device: string | undefined,
  images: Float32Array,
  shape: InputShape,
  factor: number,
  random: Random,
): Promise<Scale> {
  const small = shrunkShape(shape, factor)
  const size = patchSize(small)
  const inputs = inputSize(shape)
  const count = images.length / inputs
  const perImage = Math.max(1, Math.min(small.width * small.height, Math.round(mostPatches / count)))
  const patches = new Float32Array(count * perImage * size)
  for (let i = 0; i < count; i++) {
    const image = shrink(images.subarray(i * inputs, (i + 1) * inputs), shape, factor)
    for (let j = 0; j < perImage; j++)
      copyPatch(
        image,
        small,
        random.below(small.width),
        random.below(small.height),
        patches,
        (i * perImage + j) * size,
      )
  }
  const { mean, covariance } = moments(patches, size)
  let trace = 0
  for (let i = 0; i < size; i++) trace += covariance[i * size + i]!
  const added = (shrinkage * trace) / size + leastVariance
  for (let i = 0; i < size; i++) covariance[i * size + i]! += added
  const compiled = await compileDistances(
    runtime,
    device,
    mean,
    whiteningOf(covariance, size, trace / size),
    size,
  )
  const distances = await run(compiled, patches, size)
  return { factor, shape: small, compiled, ...spreadOf(distances) }
}

/** @param whitening size × size, in rows what is multiplied with a patch */
async function compileDistances(
  runtime: Runtime,
  device: string | undefined,
  mean: Float64Array,
  whitening: Float64Array,
  size: number,
): Promise<CompiledProgram> {
  const turned = createVariable('whitening', [size, size])
  const offset = createVariable('offset', [size])
  const patches = placeholder('patches', [BATCH, size])
  const white = sub(matmul(patches, turned.value, false, false), offset.value)
  const fn = { name: 'measure', outputs: { squares: reduceSum(square(white), [1]) } }
  const compiled = await runtime.compile({ variables: [turned, offset], functions: [fn] }, device)
  const values = { whitening: new Float32Array(size * size), offset: new Float32Array(size) }
  for (let k = 0; k < size; k++)
    for (let i = 0; i < size; i++) {
      values.whitening[i * size + k] = whitening[k * size + i]!
      values.offset[k]! += whitening[k * size + i]! * mean[i]!
    }
  await compiled.write(values)
  return compiled
}

async function run(compiled: CompiledProgram, patches: Float32Array, size: number): Promise<Float32Array> {
  const feeds = { patches: { shape: [patches.length / size, size], data: patches } }
  const squares = (await compiled.run('measure', feeds)).squares!.data as Float32Array
  return Float32Array.from(squares, Math.sqrt)
}

async function distancesOf({ compiled, shape }: Scale, image: Float32Array): Promise<Float32Array> {
  const size = patchSize(shape)
  const patches = new Float32Array(shape.width * shape.height * size)
  for (let y = 0; y < shape.height; y++)
    for (let x = 0; x < shape.width; x++) copyPatch(image, shape, x, y, patches, (y * shape.width + x) * size)
  return run(compiled, patches, size)
}

function spreadOf(values: Float32Array): { mean: number; spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, spread: Math.max(Math.sqrt(variance), 1e-6) }
}
