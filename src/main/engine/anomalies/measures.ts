import { inputSize, type ModelSpec } from '../../../shared/modelSpec'
import { dissimilarityMap } from '../imaging/ssim'
import type { CompiledProgram, Runtime } from '../runtimes/runtime'
import { randomStream } from '../training/random'
import { AppearanceScore, appearances } from './appearance'
import { blurMap, patchSides, squaredErrorMap, worstPatch } from './errorMaps'
import type { GradientFeatures } from './gradientFeatures'
import { NeighborScore } from './neighborScore'
import { PatchSurprise, type SurpriseMaps } from './patchSurprise'
import { reconstructAll, type ReconstructedImages } from './reconstructing'
import { ShrunkGaussian } from './shrunkGaussian'

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

/** Raw values of some images: of each measure one an image, larger is odder. */
export type Measured = Partial<Record<MeasureName, Float32Array>>

export interface Computing {
  readonly spec: ModelSpec
  /** The model: `encode` and `decode`, or `reconstruct`. */
  readonly model: CompiledProgram
  readonly runtime: Runtime
  readonly device: string
  readonly seed: number
}

/** Images of which small patches are learned: as many as fit into some 60 MB. */
const patchImages = (inputs: number) => Math.max(8, Math.min(200, Math.floor(15e6 / inputs)))

/** Gathers from normal images what measures compare with. */
export class NormalImages {
  private readonly features: Float32Array[] = []
  private readonly codes: Float32Array[] = []
  private readonly looks: Float32Array[] = []
  private readonly images: Float32Array[] = []
  private readonly worst: number[][] = []
  private seen = 0

  /** @param expected how many there will be */
  constructor(
    private readonly computing: Computing,
    private readonly names: readonly MeasureName[],
    private readonly gradients: GradientFeatures,
    private readonly expected: number,
  ) {}

  async add(pixels: Uint8Array): Promise<void> {
    const { spec, model } = this.computing
    const inputs = inputSize(spec.input)
    const all = await reconstructAll(model, spec, pixels)
    if (this.names.includes('features')) this.features.push(this.gradients.of(all.images))
    if (this.names.includes('appearance')) this.looks.push(appearances(all.images, spec.input))
    if (all.codes) this.codes.push(Float32Array.from(all.codes))
    if (this.names.includes('patch')) this.worst.push(...worstPatches(all, spec))
    const wanted = patchImages(inputs)
    for (let i = 0; i < all.count; i++, this.seen++) {
      const isTaken =
        Math.floor((this.seen * wanted) / this.expected) !==
        Math.floor(((this.seen + 1) * wanted) / this.expected)
      if (this.names.includes('texture') && (isTaken || this.expected <= wanted))
        this.images.push(all.images.slice(i * inputs, (i + 1) * inputs))
    }
  }

  async learn(): Promise<Measures> {
    const { names, computing, gradients } = this
    const { runtime, device, spec, seed } = computing
    const codes = this.codes.length > 0 ? joined(this.codes) : null
    const dimensions = codes ? codes.length / this.seen : 0
    const wants = (name: MeasureName) => names.includes(name)
    return new Measures(
      computing,
      names.filter((name) => codes !== null || (name !== 'knn' && name !== 'mahalanobis')),
      gradients,
      {
        features: wants('features')
          ? await NeighborScore.create(runtime, device, joined(this.features), gradients.size)
          : null,
        codes: codes && wants('knn') ? await NeighborScore.create(runtime, device, codes, dimensions) : null,
        appearance: wants('appearance') ? AppearanceScore.fit(joined(this.looks), spec.input) : null,
        gaussian: codes && wants('mahalanobis') ? ShrunkGaussian.fit(codes, dimensions) : null,
        patches: wants('texture')
          ? await PatchSurprise.fit(runtime, device, joined(this.images), spec.input, randomStream(seed, 77))
          : null,
        typical: patchSides(spec.input).map((_, k) => median(this.worst.map((one) => one[k]!))),
      },
    )
  }
}

interface Learned {
  readonly features: NeighborScore | null
  readonly codes: NeighborScore | null
  readonly gaussian: ShrunkGaussian | null
  readonly appearance: AppearanceScore | null
  readonly patches: PatchSurprise | null
  /** The median of the worst patch of each size. */
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

  /**
   * @param pixels count × inputs bytes
   * @param own which of the normal images each is; −1 where it is none of them
   */
  async of(pixels: Uint8Array, own?: Int32Array, { onMap, quickly }: Looking = {}): Promise<Measured> {
    const { spec, model } = this.computing
    const all = await reconstructAll(model, spec, pixels)
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
      texture[i] = Math.exp(Math.min(1200, largest(maps.texture)) / 16)
      pieces[i] = Math.exp(Math.min(1200, largest(maps.pieces)) / 16)
      onMap?.(i, middleOf(maps))
    }
    return { texture, pieces }
  }

  private async map(kind: MapKind, all: ReconstructedImages, i: number): Promise<Float32Array> {
    const { input } = this.computing.spec
    const inputs = inputSize(input)
    const [image, output] = [all.images, all.output].map((data) =>
      data.subarray(i * inputs, (i + 1) * inputs),
    ) as [Float32Array, Float32Array]
    if (kind === 'texture') return middleOf(await this.learned.patches!.mapsOf(image))
    if (kind === 'ssim') return dissimilarityMap(image, output, input)
    const sigma = Math.max(1, Math.min(input.width, input.height) / 48)
    return blurMap(squaredErrorMap(image, output, input), input.width, input.height, sigma)
  }
}

const middleOf = ({ texture, pieces }: SurpriseMaps) => texture.map((value, at) => (value + pieces[at]!) / 2)

/** What a map of odd places is made of. */
export type MapKind = 'error' | 'ssim' | 'texture'

function worstPatches({ count, images, output }: ReconstructedImages, { input }: ModelSpec): number[][] {
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

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}
