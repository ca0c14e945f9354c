import { inputSize } from '../../../shared/modelSpec'
import { joinedFloats } from '../../../shared/pieces'
import { randomStream } from '../training/random'
import { AppearanceScore, appearances } from './appearance'
import { patchSides } from './errorMaps'
import type { GradientFeatures } from './gradientFeatures'
import { askedBy, type Computing, type MeasureName, Measures, worstPatches } from './measures'
import { NeighborScore } from './neighborScore'
import { PatchSurprise } from './patchSurprise'
import { reconstructAll } from './reconstructing'
import { ShrunkGaussian } from './shrunkGaussian'

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
    const all = await reconstructAll(model, spec, pixels, askedBy(this.names))
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
    const codes = this.codes.length > 0 ? joinedFloats(this.codes) : null
    const dimensions = codes ? codes.length / this.seen : 0
    const wants = (name: MeasureName) => names.includes(name)
    return new Measures(
      computing,
      names.filter((name) => codes !== null || (name !== 'knn' && name !== 'mahalanobis')),
      gradients,
      {
        features: wants('features')
          ? await NeighborScore.create(runtime, device, joinedFloats(this.features), gradients.size)
          : null,
        codes: codes && wants('knn') ? await NeighborScore.create(runtime, device, codes, dimensions) : null,
        appearance: wants('appearance') ? AppearanceScore.fit(joinedFloats(this.looks), spec.input) : null,
        gaussian: codes && wants('mahalanobis') ? ShrunkGaussian.fit(codes, dimensions) : null,
        patches: wants('texture')
          ? await PatchSurprise.fit(
              runtime,
              device,
              joinedFloats(this.images),
              spec.input,
              randomStream(seed, 77),
            )
          : null,
        typical: patchSides(spec.input).map((_, k) => median(this.worst.map((one) => one[k]!))),
      },
    )
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}
