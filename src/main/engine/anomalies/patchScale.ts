import { type InputShape, inputSize } from '../../../shared/modelSpec'
import { joinedFloats } from '../../../shared/pieces'
import { columnMeans, sortedEigen } from '../compression/codeAxes'
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
import { NearestVectors } from './nearestVectors'
import { copyPatch, patchSize, shrink, shrunkShape } from './patchFeatures'
import { moments, someRows, whiteningOf } from './shrunkGaussian'

/** Patches of normal images that the statistics of a size are taken from. */
const mostPatches = 40_000
/** Of the mean variance, added to all: what is never seen to change is not infinitely odd when it does. */
const shrinkage = 0.002
const leastVariance = 1e-5

/** Patches that others are compared with one by one, by how many of their principal components, and their pace at full size. */
const mostCompared = 2500
const comparedBy = 20
const added = 0.01
const fullPace = 4

/** Normal images in which it is learned how quiet a place usually is, at most. */
const mostQuieted = 32
/** Pixels of a scale around a place that say how quiet it is. */
export const quietSigma = 2.5
export const leastDistance = 1e-3

/** Of normal patches or places. */
export interface Usual {
  readonly mean: number
  readonly spread: number
}

/** What is known of the patches of normal images at one size. */
export interface ScaleState {
  readonly factor: number
  /** Of each channel the mean, which is taken from images before anything else: products lose less of their digits then. */
  readonly center: Float32Array
  /** size × size: a patch is multiplied with it, and `offset` subtracted; the length of the rest is how odd it is. */
  readonly whitening: Float32Array
  readonly offset: Float32Array
  readonly usual: Usual
  /** Of the logarithm of that length around a place. */
  readonly quiet: Usual
  readonly pieces: {
    /** count × components, patches that others are compared with */
    readonly vectors: Float32Array
    /** components × size: a patch is multiplied with its rows. */
    readonly axes: Float32Array
    /** Every so many pixels of a side there is a place that is compared. */
    readonly pace: number
    readonly usual: Usual
  }
}

/** Patches of one size, ready to be looked at. The caller disposes of it. */
export interface Scale {
  readonly shape: InputShape
  readonly state: ScaleState
  readonly compiled: CompiledProgram
  readonly bank: NearestVectors
}

/**
 * Learns from normal images what their patches are at one size.
 *
 * @param images count × inputs, 0..1
 * @param random draws the places that are looked at
 */
export async function fitScale(
  runtime: Runtime,
  device: string | undefined,
  images: Float32Array,
  shape: InputShape,
  factor: number,
  random: Random,
): Promise<Scale> {
  const small = shrunkShape(shape, factor)
  const size = patchSize(small)
  const patches = somePatches(images, shape, factor, random)
  const center = columnMeans(patches, small.channels)
  centre(patches, center)
  const { mean, covariance } = moments(patches, size)
  const eigen = sortedEigen(covariance, size)
  const whitening = whiteningOf(eigen, addedTo(eigen.values, shrinkage))
  const kept = Math.min(comparedBy, Math.ceil(0.8 * size))
  const axes = Float32Array.from(whiteningOf(eigen, addedTo(eigen.values.subarray(0, kept), added), kept))
  const unknown: Usual = { mean: 0, spread: 1 }
  const [compared, others] = comparedAndOthers(patches, size, images.length / inputSize(shape), small)
  const vectors = project(compared, axes, size)
  const scale = await openScale(runtime, device, shape, {
    factor,
    center,
    ...turned(whitening, mean, size),
    usual: unknown,
    quiet: unknown,
    pieces: { vectors, axes, pace: Math.max(1, fullPace / factor), usual: unknown },
  })
  const usual = usualOf(await run(scale.compiled, patches, size))
  const { distances } = await scale.bank.distances(project(others, axes, size), 1)
  const pieces = { ...scale.state.pieces, usual: usualOf(distances) }
  const quiet = usualOf(await calmOfSome(scale, images, shape))
  return { ...scale, state: { ...scale.state, usual, quiet, pieces } }
}

/** How calm each place of some of the images is. */
async function calmOfSome(scale: Scale, images: Float32Array, shape: InputShape): Promise<Float32Array> {
  const inputs = inputSize(shape)
  const count = images.length / inputs
  const looked = Math.min(count, mostQuieted)
  const maps: Float32Array[] = []
  for (let k = 0; k < looked; k++) {
    const i = Math.floor((k * count) / looked)
    const image = seenAt(scale.state, images.subarray(i * inputs, (i + 1) * inputs), shape)
    maps.push(calmOf(scale.shape, await distancesOf(scale, image)))
  }
  return joinedFloats(maps)
}

/** @param shape of whole images */
export async function openScale(
  runtime: Runtime,
  device: string | undefined,
  shape: InputShape,
  state: ScaleState,
): Promise<Scale> {
  const small = shrunkShape(shape, state.factor)
  const size = patchSize(small)
  const compiled = await compileDistances(runtime, device, state, size)
  const { vectors, axes } = state.pieces
  const bank = await NearestVectors.create(runtime, device, vectors, axes.length / size)
  return { shape: small, state, compiled, bank }
}

/** An image at the size of a scale, as `textureOf` and `piecesOf` take it. @param shape of the image */
export function seenAt({ factor, center }: ScaleState, image: Float32Array, shape: InputShape): Float32Array {
  const seen = shrink(image, shape, factor)
  return centre(seen === image ? seen.slice() : seen, center)
}

/** How odd each place of a shrunk image is. */
export interface TextureMaps {
  /** By how unlike all patches together it is. */
  readonly texture: Float32Array
  /** By how much more alike to their mean the patches around it are than usual, as where a texture is blurred or worn away. */
  readonly quiet: Float32Array
}

export async function textureOf(scale: Scale, image: Float32Array): Promise<TextureMaps> {
  const { shape, state } = scale
  const distances = await distancesOf(scale, image)
  const quiet = relative(calmOf(shape, distances), state.quiet).map((value) => -value)
  return { texture: relative(distances, state.usual), quiet }
}

const distancesOf = ({ compiled, shape }: Scale, image: Float32Array) =>
  run(compiled, patchesOf(image, shape, 1), patchSize(shape))

/** The mean logarithm of the distances around each place: low where it is calm. */
function calmOf({ width, height }: InputShape, distances: Float32Array): Float32Array {
  const logs = distances.map((value) => Math.log(Math.max(leastDistance, value)))
  return blurMap(logs, width, height, quietSigma)
}

/** The same by the most similar patch, a map of every `pace` pixels. */
export async function piecesOf(
  { shape, bank, state: { pieces } }: Scale,
  image: Float32Array,
): Promise<Float32Array> {
  const patches = patchesOf(image, shape, pieces.pace)
  const { distances } = await bank.distances(project(patches, pieces.axes, patchSize(shape)), 1)
  return relative(distances, pieces.usual)
}

function somePatches(images: Float32Array, shape: InputShape, factor: number, random: Random): Float32Array {
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
  return patches
}

/**
 * Patches that others are compared with, and such others. Of few places every patch comes several times: then both are of
 * different images.
 */
function comparedAndOthers(
  patches: Float32Array,
  size: number,
  images: number,
  { width, height }: InputShape,
): [Float32Array, Float32Array] {
  if (images < 2 || images * width * height > 4 * mostCompared)
    return [someRows(patches, size, mostCompared), someRows(patches.subarray(size), size, mostCompared / 2)]
  const perImage = patches.length / images
  const ofImages = (rest: number) => patches.filter((_, at) => Math.floor(at / perImage) % 2 === rest)
  return [someRows(ofImages(0), size, mostCompared), someRows(ofImages(1), size, mostCompared / 2)]
}

/** In place. */
function centre(values: Float32Array, center: Float32Array): Float32Array {
  for (let at = 0; at < values.length; at++) values[at]! -= center[at % center.length]!
  return values
}

/** Those around every `pace` pixels of an image. */
function patchesOf(image: Float32Array, shape: InputShape, pace: number): Float32Array {
  const size = patchSize(shape)
  const places = shrunkShape(shape, pace)
  const patches = new Float32Array(places.width * places.height * size)
  for (let y = 0; y < places.height; y++)
    for (let x = 0; x < places.width; x++)
      copyPatch(image, shape, x * pace, y * pace, patches, (y * places.width + x) * size)
  return patches
}

/** Adds a share of the mean variance to all variances, as `shrinkage` says. */
function addedTo(variances: Float64Array, share: number): (variance: number) => number {
  const ridge = (share * variances.reduce((sum, value) => sum + value, 0)) / variances.length + leastVariance
  return (variance) => Math.max(variance, 0) + ridge
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

/** @param whitening size × size, in rows what is multiplied with a patch */
function turned(
  whitening: Float64Array,
  mean: Float64Array,
  size: number,
): Pick<ScaleState, 'whitening' | 'offset'> {
  const values = { whitening: new Float32Array(size * size), offset: new Float32Array(size) }
  for (let k = 0; k < size; k++)
    for (let i = 0; i < size; i++) {
      values.whitening[i * size + k] = whitening[k * size + i]!
      values.offset[k]! += whitening[k * size + i]! * mean[i]!
    }
  return values
}

async function compileDistances(
  runtime: Runtime,
  device: string | undefined,
  { whitening, offset }: ScaleState,
  size: number,
): Promise<CompiledProgram> {
  const variables = [createVariable('whitening', [size, size]), createVariable('offset', [size])] as const
  const patches = placeholder('patches', [BATCH, size])
  const white = sub(matmul(patches, variables[0].value, false, false), variables[1].value)
  const fn = { name: 'measure', outputs: { squares: reduceSum(square(white), [1]) } }
  const compiled = await runtime.compile({ variables: [...variables], functions: [fn] }, device)
  await compiled.write({ whitening, offset })
  return compiled
}

async function run(compiled: CompiledProgram, patches: Float32Array, size: number): Promise<Float32Array> {
  const feeds = { patches: { shape: [patches.length / size, size], data: patches } }
  const squares = (await compiled.run('measure', feeds)).squares!.data as Float32Array
  return Float32Array.from(squares, Math.sqrt)
}

function relative(distances: Float32Array, { mean, spread }: Usual): Float32Array {
  for (let i = 0; i < distances.length; i++) distances[i] = (distances[i]! - mean) / spread
  return distances
}

function usualOf(values: Float32Array): Usual {
  const { mean, covariance } = moments(values, 1)
  return { mean: mean[0]!, spread: Math.max(Math.sqrt(covariance[0]!), 1e-6) }
}
