import type { InputShape } from '../../../shared/modelSpec'
import type { Runtime } from '../runtimes/runtime'
import type { Random } from '../training/random'
import { blurMap } from './errorMaps'
import { enlarge, shrunkShape } from './patchFeatures'
import { fitScale, openScale, piecesOf, type Scale, seenAt, type ScaleState, textureOf } from './patchScale'

/** Sizes at which patches are looked at: each the mean of squares of so many pixels. */
const factors = [1, 2, 4]
export const smoothSigma = 1.5

/** Maps of one image, height × width: 0 is usual, and 1 a standard deviation more. */
export interface SurpriseMaps {
  /** By the Mahalanobis distance of each patch: how unlike all patches together it is. */
  readonly texture: Float32Array
  /** By the distance to the most similar normal patch: whether there ever was one like it. */
  readonly pieces: Float32Array
  /** By how much calmer a place is than all of them, at the size where it is calmest. */
  readonly quiet: Float32Array
}

/** One map of them. @returns height × width, 0 is usual */
export const heatOf = ({ texture, pieces, quiet }: SurpriseMaps): Float32Array =>
  texture.map((value, at) => Math.max((value + pieces[at]!) / 2, quiet[at]!))

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

  static async restore(
    runtime: Runtime,
    device: string | undefined,
    states: readonly ScaleState[],
    shape: InputShape,
  ): Promise<PatchSurprise> {
    const scales: Scale[] = []
    for (const state of states) scales.push(await openScale(runtime, device, shape, state))
    return new PatchSurprise(shape, scales)
  }

  /** By which it is made again. */
  get state(): ScaleState[] {
    return this.scales.map(({ state }) => state)
  }

  /** @param quickly leaves out the full size, which takes three quarters of the time */
  async mapsOf(image: Float32Array, quickly = false): Promise<SurpriseMaps> {
    const { shape } = this
    const scales = quickly && this.scales.length > 1 ? this.scales.slice(1) : this.scales
    const { width, height } = shape
    const sums = { texture: new Float32Array(width * height), pieces: new Float32Array(width * height) }
    const quiet = new Float32Array(width * height).fill(-Infinity)
    for (const scale of scales) {
      const small = seenAt(scale.state, image, shape)
      const { pace } = scale.state.pieces
      const large = (map: Float32Array, every = 1) =>
        enlarge(map, shrunkShape(scale.shape, every), scale.state.factor * every, shape)
      const maps = await textureOf(scale, small)
      const [texture, pieces] = [large(maps.texture), large(await piecesOf(scale, small), pace)]
      const calm = large(maps.quiet)
      for (let i = 0; i < quiet.length; i++) {
        sums.texture[i]! += texture[i]! / scales.length
        sums.pieces[i]! += pieces[i]! / scales.length
        quiet[i] = Math.max(quiet[i]!, calm[i]!)
      }
    }
    return {
      texture: blurMap(sums.texture, width, height, smoothSigma),
      pieces: blurMap(sums.pieces, width, height, smoothSigma),
      quiet,
    }
  }

  async dispose(): Promise<void> {
    for (const { compiled, bank } of this.scales) {
      await compiled.dispose()
      await bank.dispose()
    }
  }
}
