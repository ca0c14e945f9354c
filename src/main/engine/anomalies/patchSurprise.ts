import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
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
import { NearestVectors } from './nearestVectors'
import { moments, someRows, whiteningOf } from './shrunkGaussian'

/** Sizes at which patches are looked at: each the mean of squares of so many pixels. */
const factors = [1, 2, 4]
/** Patches of normal images that the statistics of a size are taken from. */
const mostPatches = 40_000
/** Of the mean variance, added to all: what is never seen to change is not infinitely odd when it does. */
const shrinkage = 0.002
const leastVariance = 1e-5
const smoothSigma = 1.5

/** Patches that others are compared with one by one, by how many of their principal components, and their pace at full size. */
const mostCompared = 2500
const comparedBy = 20
const added = 0.01
const fullPace = 4

interface Scale {
  readonly factor: number
  readonly shape: InputShape
  readonly compiled: CompiledProgram
  readonly usual: Usual
  readonly pieces: {
    readonly bank: NearestVectors
    /** size × components, laid out in rows of the components */
    readonly axes: Float32Array
    readonly pace: number
    readonly usual: Usual
  }
}

/** Of the distances of normal patches. */
interface Usual {
  readonly mean: number
  readonly spread: number
}

/** Maps of one image, height × width: 0 is usual, and 1 a standard deviation more. */
export interface SurpriseMaps {
  /** By the Mahalanobis distance of each patch: how unlike all patches together it is. */
  readonly texture: Float32Array
  /** By the distance to the most similar normal patch: whether there ever was one like it. */
  readonly pieces: Float32Array
}

/**
 * How odd each place of an image is by its small patches, whatever is where, at several sizes, each put in relation to what it
 * is in normal images. For surfaces, which look alike everywhere. Grain shows in the statistics of all patches; tiles, of
 * which there are few kinds, in the most similar one.
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

  /** @param quickly leaves out the full size, which takes three quarters of the time */
  async mapsOf(image: Float32Array, quickly = false): Promise<SurpriseMaps> {
    const { shape } = this
    const scales = quickly && this.scales.length > 1 ? this.scales.slice(1) : this.scales
    const { width, height } = shape
    const sums = { texture: new Float32Array(width * height), pieces: new Float32Array(width * height) }
    for (const scale of scales) {
      const small = shrink(image, shape, scale.factor)
      const maps = [
        ['texture', relative(await distancesOf(scale, small), scale.usual)],
        ['pieces', relative(await nearestOf(scale, small), scale.pieces.usual)],
      ] as const
      for (const [name, map] of maps) {
        const pace = name === 'pieces' ? scale.pieces.pace : 1
        const large = enlarge(map, shrunkShape(scale.shape, pace), scale.factor * pace, shape)
        for (let i = 0; i < large.length; i++) sums[name][i]! += large[i]! / scales.length
      }
    }
    return {
      texture: blurMap(sums.texture, width, height, smoothSigma),
      pieces: blurMap(sums.pieces, width, height, smoothSigma),
    }
  }

  async dispose(): Promise<void> {
    for (const { compiled, pieces } of this.scales) {
      await compiled.dispose()
      await pieces.bank.dispose()
    }
  }
}

function relative(distances: Float32Array, { mean, spread }: Usual): Float32Array {
  for (let i = 0; i < distances.length; i++) distances[i] = (distances[i]! - mean) / spread
  return distances
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
  const pieces = await fitPieces(runtime, device, patches, covariance, size, factor)
  let trace = 0
  for (let i = 0; i < size; i++) trace += covariance[i * size + i]!
  const ridge = (shrinkage * trace) / size + leastVariance
  for (let i = 0; i < size; i++) covariance[i * size + i]! += ridge
  const compiled = await compileDistances(
    runtime,
    device,
    mean,
    whiteningOf(covariance, size, trace / size),
    size,
  )
  const distances = await run(compiled, patches, size)
  return { factor, shape: small, compiled, usual: usualOf(distances), pieces }
}

/** Some patches, spread over all, and how far others are from them. */
async function fitPieces(
  runtime: Runtime,
  device: string | undefined,
  patches: Float32Array,
  covariance: Float64Array,
  size: number,
  factor: number,
): Promise<Scale['pieces']> {
  const axes = leadingAxes(covariance, size)
  const compared = project(someRows(patches, size, mostCompared), axes, size)
  const components = axes.length / size
  const bank = await NearestVectors.create(runtime, device, compared, components)
  // Between those that are compared with there are others, which are in no bank.
  const others = someRows(patches.subarray(size), size, mostCompared / 2)
  const { distances } = await bank.distances(project(others, axes, size), 1)
  return { bank, axes, pace: Math.max(1, fullPace / factor), usual: usualOf(distances) }
}

/** In rows, those of the largest variance, each divided by its spread. */
function leadingAxes(covariance: Float64Array, size: number): Float32Array {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(size, size, covariance),
    { assumeSymmetric: true },
  )
  const kept = Math.min(comparedBy, Math.ceil(0.8 * size))
  const values = realEigenvalues.slice(size - kept)
  const ridge = (added * values.reduce((sum, value) => sum + value, 0)) / kept + leastVariance
  const axes = new Float32Array(kept * size)
  for (let k = 0; k < kept; k++) {
    const factor = 1 / Math.sqrt(Math.max(values[k]!, 0) + ridge)
    for (let i = 0; i < size; i++) axes[k * size + i] = eigenvectorMatrix.get(i, size - kept + k) * factor
  }
  return axes
}

function project(patches: Float32Array, axes: Float32Array, size: number): Float32Array {
  const [count, components] = [patches.length / size, axes.length / size]
  const out = new Float32Array(count * components)
  for (let row = 0; row < count; row++)
    for (let k = 0; k < components; k++) {
      let sum = 0
      for (let i = 0, a = row * size, b = k * size; i < size; i++, a++, b++) sum += patches[a]! * axes[b]!
      out[row * components + k] = sum
    }
  return out
}

async function nearestOf({ shape, pieces }: Scale, image: Float32Array): Promise<Float32Array> {
  const { bank, axes, pace } = pieces
  const size = patchSize(shape)
  const places = shrunkShape(shape, pace)
  const patches = new Float32Array(places.width * places.height * size)
  for (let y = 0; y < places.height; y++)
    for (let x = 0; x < places.width; x++)
      copyPatch(image, shape, x * pace, y * pace, patches, (y * places.width + x) * size)
  const { distances } = await bank.distances(project(patches, axes, size), 1)
  return distances
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

function usualOf(values: Float32Array): Usual {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, spread: Math.max(Math.sqrt(variance), 1e-6) }
}
