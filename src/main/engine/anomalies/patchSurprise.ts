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
    for (const scale of scales) {
      const { factor, pieces } = scale.state
      const small = seenAt(scale.state, image, shape)
      const maps = [
        ['texture', await textureOf(scale, small)],
        ['pieces', await piecesOf(scale, small)],
      ] as const
      for (const [name, map] of maps) {
        const pace = name === 'pieces' ? pieces.pace : 1
        const large = enlarge(map, shrunkShape(scale.shape, pace), factor * pace, shape)
        for (let i = 0; i < large.length; i++) sums[name][i]! += large[i]! / scales.length
      }
    }
    return {
      texture: blurMap(sums.texture, width, height, smoothSigma),
      pieces: blurMap(sums.pieces, width, height, smoothSigma),
    }
  }

  async dispose(): Promise<void> {
    for (const { compiled, bank } of this.scales) {
      await compiled.dispose()
      await bank.dispose()
    }
  }
}
