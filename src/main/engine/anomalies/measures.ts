import { type InputShape, inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { dissimilarityMap } from '../imaging/ssim'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'
import { AppearanceScore, type AppearanceState } from './appearance'
import { blurMap, patchSides, squaredErrorMap, worstPatch } from './errorMaps'
import { GradientFeatures } from './gradientFeatures'
import { NeighborScore, type NeighborState } from './neighborScore'
import type { ScaleState } from './patchScale'
import { heatOf, PatchSurprise } from './patchSurprise'
import { type Asked, reconstructAll, type ReconstructedImages } from './reconstructing'
import { type GaussianState, ShrunkGaussian } from './shrunkGaussian'

/** What can be measured of an image. */
export const measureNames = [
  'error',
  'patch',
  'ssim',
  'knn',
  'mahalanobis',
  'features',
  'texture',
  'pieces',
  'appearance',
] as const
export type MeasureName = (typeof measureNames)[number]

/** Those whose values lie evenly around their median as they are, and not in the logarithm. */
export const evenlySpread: readonly MeasureName[] = ['appearance']
/** Those that look at what the network makes of an image it may have been trained on. */
export const ofNetwork: readonly MeasureName[] = ['error', 'patch', 'ssim', 'knn', 'mahalanobis']

/** What measures ask of the network. */
export function askedBy(names: readonly MeasureName[]): Asked {
  const has = (...some: MeasureName[]) => some.some((name) => names.includes(name))
  return { output: has('error', 'patch', 'ssim'), codes: has('knn', 'mahalanobis') }
}

/** Raw values of some images: of each measure one an image, larger is odder. */
export type Measured = Partial<Record<MeasureName, Float32Array>>

/** The worst place by small patches counts as the exponential of its surprise divided by the second, up to the first. */
export const [mostSurprise, surpriseScale] = [1200, 16]
/** Of the blur of a map of squared errors. */
export const errorSigma = ({ width, height }: InputShape): number => Math.max(1, Math.min(width, height) / 48)

export interface Computing {
  readonly spec: ModelSpec
  /** The model: `encode` and `decode`, or `reconstruct`. */
  readonly model: CompiledProgram
  readonly runtime: Runtime
  readonly device: string
  readonly seed: number
}

export interface Learned {
  readonly features: NeighborScore | null
  readonly codes: NeighborScore | null
  readonly gaussian: ShrunkGaussian | null
  readonly appearance: AppearanceScore | null
  readonly patches: PatchSurprise | null
  /** The median of the worst patch of each size. */
  readonly typical: readonly number[]
}

/** By which measures are made again. */
export interface MeasuresState {
  readonly names: readonly MeasureName[]
  readonly features: NeighborState | null
  readonly codes: NeighborState | null
  readonly gaussian: GaussianState | null
  readonly appearance: AppearanceState | null
  readonly patches: readonly ScaleState[] | null
  readonly typical: readonly number[]
}

interface Looking {
  /** Is given the map of each image that comes about on the way, by small patches. */
  readonly onMap?: ((image: number, map: Float32Array) => void) | undefined
  /** Whether small patches are looked at in less detail. */
  readonly quickly?: boolean | undefined
}

/** Measures how far images are from normal ones. The caller disposes of it; the model is the caller's. */
export class Measures {
  constructor(
    private readonly computing: Computing,
    readonly names: readonly MeasureName[],
    private readonly gradients: GradientFeatures,
    private readonly learned: Learned,
  ) {}

  static async restore(computing: Computing, state: MeasuresState): Promise<Measures> {
    const { runtime, device, spec } = computing
    const { features, codes, gaussian, appearance, patches, typical } = state
    return new Measures(computing, state.names, new GradientFeatures(spec.input), {
      features: features && (await NeighborScore.restore(runtime, device, features)),
      codes: codes && (await NeighborScore.restore(runtime, device, codes)),
      gaussian: gaussian && ShrunkGaussian.restore(gaussian),
      appearance: appearance && AppearanceScore.restore(appearance, spec.input),
      patches: patches && (await PatchSurprise.restore(runtime, device, patches, spec.input)),
      typical,
    })
  }

  get state(): MeasuresState {
    const { features, codes, gaussian, appearance, patches, typical } = this.learned
    const part = <S>(of: { readonly state: S } | null) => of && of.state
    return {
      names: this.names,
      features: part(features),
      codes: part(codes),
      gaussian: part(gaussian),
      appearance: part(appearance),
      patches: part(patches),
      typical,
    }
  }

  /**
   * @param pixels count × inputs bytes
   * @param own which of the normal images each is; −1 where it is none of them
   */
  async of(pixels: Uint8Array, own?: Int32Array, { onMap, quickly }: Looking = {}): Promise<Measured> {
    const { spec, model } = this.computing
    const all = await reconstructAll(model, spec, pixels, askedBy(this.names))
    const measured: Measured = {}
    for (const name of this.names)
      if (name !== 'texture' && name !== 'pieces') measured[name] = await this.measure(name, all, own)
    return this.learned.patches
      ? { ...measured, ...(await this.surprise(this.learned.patches, all, { onMap, quickly })) }
      : measured
  }

  /** How odd each place of one image is, height × width. */
  async mapOf(kind: MapKind, pixels: Uint8Array): Promise<{ map: Float32Array; output: Float32Array }> {
    const { spec, model } = this.computing
    const all = await reconstructAll(model, spec, pixels)
    return { map: await this.map(kind, all, 0), output: Float32Array.from(all.output) }
  }

  async dispose(): Promise<void> {
    const { features, codes, patches } = this.learned
    await features?.dispose()
    await codes?.dispose()
    await patches?.dispose()
  }

  private async measure(
    name: Exclude<MeasureName, 'texture' | 'pieces'>,
    all: ReconstructedImages,
    own?: Int32Array,
  ): Promise<Float32Array> {
    const { spec } = this.computing
    const { features, codes, gaussian, appearance, typical } = this.learned
    switch (name) {
      case 'error':
        return eachImage(all, spec, (image, output) => meanSquaredError(image, output))
      case 'patch':
        return Float32Array.from(worstPatches(all, spec), (worst) =>
          Math.max(...worst.map((one, k) => one / Math.max(typical[k]!, 1e-9))),
        )
      case 'ssim':
        return eachImage(all, spec, (image, output) => largest(dissimilarityMap(image, output, spec.input)))
      case 'features':
        return features!.of(this.gradients.of(all.images), own)
      case 'appearance':
        return appearance!.of(all.images, own)
      case 'knn':
        return codes!.of(all.codes!, own)
      case 'mahalanobis':
        return gaussian!.distances(all.codes!)
    }
  }

  /** The oddest place of each image. What is put together in the logarithm counts here as it is. */
  private async surprise(
    patches: PatchSurprise,
    all: ReconstructedImages,
    { onMap, quickly }: Looking,
  ): Promise<Measured> {
    const inputs = inputSize(this.computing.spec.input)
    const [texture, pieces] = [new Float32Array(all.count), new Float32Array(all.count)]
    for (let i = 0; i < all.count; i++) {
      const maps = await patches.mapsOf(all.images.subarray(i * inputs, (i + 1) * inputs), quickly)
      const most = Math.max(largest(maps.texture), largest(maps.quiet))
      texture[i] = Math.exp(Math.min(mostSurprise, most) / surpriseScale)
      pieces[i] = Math.exp(Math.min(mostSurprise, largest(maps.pieces)) / surpriseScale)
      onMap?.(i, heatOf(maps))
    }
    return { texture, pieces }
  }

  private async map(kind: MapKind, all: ReconstructedImages, i: number): Promise<Float32Array> {
    const { input } = this.computing.spec
    const inputs = inputSize(input)
    const [image, output] = [all.images, all.output].map((data) =>
      data.subarray(i * inputs, (i + 1) * inputs),
    ) as [Float32Array, Float32Array]
    if (kind === 'texture') return heatOf(await this.learned.patches!.mapsOf(image))
    if (kind === 'ssim') return dissimilarityMap(image, output, input)
    return blurMap(squaredErrorMap(image, output, input), input.width, input.height, errorSigma(input))
  }
}

/** What a map of odd places is made of. */
export const mapKinds = ['error', 'ssim', 'texture'] as const
export type MapKind = (typeof mapKinds)[number]

/** Of each image the worst patch of each size. */
export function worstPatches(
  { count, images, output }: ReconstructedImages,
  { input }: ModelSpec,
): number[][] {
  const inputs = inputSize(input)
  return Array.from({ length: count }, (_, i) => {
    const part = (data: Float32Array) => data.subarray(i * inputs, (i + 1) * inputs)
    const map = squaredErrorMap(part(images), part(output), input)
    return patchSides(input).map((side) => worstPatch(map, input.width, input.height, side))
  })
}

function eachImage(
  { count, images, output }: ReconstructedImages,
  { input }: ModelSpec,
  measure: (image: Float32Array, output: Float32Array) => number,
): Float32Array {
  const inputs = inputSize(input)
  const part = (data: Float32Array, i: number) => data.subarray(i * inputs, (i + 1) * inputs)
  return Float32Array.from({ length: count }, (_, i) => measure(part(images, i), part(output, i)))
}

function meanSquaredError(image: Float32Array, output: Float32Array): number {
  let sum = 0
  for (let i = 0; i < image.length; i++) sum += (image[i]! - output[i]!) ** 2
  return sum / image.length
}

function largest(values: Float32Array): number {
  let most = -Infinity
  for (const value of values) if (value > most) most = value
  return most
}
