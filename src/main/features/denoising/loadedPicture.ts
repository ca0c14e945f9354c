import type { PixelBlock } from '../../../shared/api/library'
import type { ComputeClient } from '../../worker/computeClient'
import type { ImageNoise, PixelData, Repairs } from './tasks/denoisingTasks'
import { decodingRoom } from '../pictures/decodingRoom'
import { type PreparedImage, prepareImage } from '../pictures/prepareImage'
import type { ValueScale } from '../../engine/imaging/valueScale'
import { Draft } from './draft'
import { PictureLevels, type Size } from './pictureLevels'
import { rangeIn } from '../pictures/pictureScale'
import { type Picture, readPicture } from '../pictures/readPicture'
import { KnownAmounts } from './knownAmounts'
import { Restoration } from './restoration'
import { ScreenColors } from '../pictures/screenColors'
import { blank, shared } from './sharedPixels'

export interface KnownNoise {
  readonly noise: ImageNoise | null
  /** See estimateNoise. */
  readonly certainty: number
}

/** What models that remove noise are given of a picture. */
export interface RepairedPicture {
  readonly repairs: Repairs
  /** In shared memory; the picture's own where they can stay. */
  readonly pixels: PixelData
  readonly levels: PictureLevels
}

/** A picture in memory to be looked at, with what a model makes of it. */
export class LoadedPicture {
  private repairing: Promise<RepairedPicture> | null = null
  private mended: RepairedPicture | null = null
  private estimated: Promise<KnownNoise> | null = null
  private known: KnownNoise | null = null
  private restored: Restoration | null = null
  private strongly: Restoration | null = null
  private readonly drafts = new Map<'shown' | 'tried', Draft>()
  private estimatedAt: { readonly level: number; readonly found: Promise<KnownNoise> } | null = null
  /** What is seen of it now with more or less taken away. */
  readonly amounts = new KnownAmounts()
  /** The same without noise. */
  reference: LoadedPicture | null = null

  private constructor(
    /** The file that it was read from, as it was then. */
    readonly image: PreparedImage,
    /** In shared memory. */
    readonly picture: Picture,
    readonly levels: PictureLevels,
    private readonly screen: ScreenColors | null,
  ) {}

  /** @param scaleFor black and white where they are not the picture's own. @throws UnusableImage */
  static async load(
    path: string,
    scaleFor: (image: PreparedImage) => Promise<ValueScale | undefined> = async () => undefined,
  ): Promise<LoadedPicture> {
    const image = await prepareImage(path)
    const scale = await scaleFor(image)
    const read = await decodingRoom.with(image, () => readPicture(image, scale))
    // Of several pages the first is looked at.
    const first = read.pixels.subarray(0, read.pixels.length / read.pages)
    // Its floats are of use only where it is written.
    const floats = read.floats && { ...read.floats, values: new Float32Array() }
    const picture = { ...read, pixels: shared(first), floats, extra: undefined, source: undefined }
    const screen = floats ? null : await ScreenColors.of(image, picture.channels)
    return new LoadedPicture(image, picture, levelsOf(picture), screen)
  }

  /** As it is stored. */
  get size(): Size {
    const { width, height } = this.picture
    return { width, height }
  }

  get bytes(): number {
    const copies = 1 + (this.restored ? 1 : 0) + (this.strongly ? 1 : 0)
    const drafts = [...this.drafts.values()].reduce((sum, { result }) => sum + result.byteLength, 0)
    const repaired = this.isRepaired ? 1 : 0
    const all = (copies + repaired) * (this.picture.pixels.byteLength + this.levels.bytes)
    return all + drafts + this.amounts.bytes
  }

  /** Finds hot pixels and the like, which a model does not get to see; the picture is shown as it is. */
  repair(client: ComputeClient): Promise<RepairedPicture> {
    const { pixels, width, height, channels } = this.picture
    const range = rangeIn(this.picture)
    this.repairing ??= client.call('repair', { pixels, width, height, channels, range }).then(
      (found) => {
        const levels = found.pixels ? levelsOf({ ...this.picture, pixels: found.pixels }) : this.levels
        this.mended = { repairs: found.repairs, pixels: found.pixels ?? pixels, levels }
        // What was seen until then was not mixed with it.
        if (found.pixels) this.restored?.changeAll()
        return this.mended
      },
      (error: unknown) => {
        this.repairing = null
        throw error
      },
    )
    return this.repairing
  }

  /** Null until it was looked for. */
  get repaired(): RepairedPicture | null {
    return this.mended
  }

  /** Whether a model gets other values than the picture has. */
  get isRepaired(): boolean {
    return this.mended !== null && this.mended.levels !== this.levels
  }

  noise(client: ComputeClient): Promise<KnownNoise> {
    const { width, height, channels } = this.picture
    if (!this.estimated) {
      this.estimated = this.repair(client).then(({ pixels, repairs }) =>
        client.call('estimateNoise', { pixels, width, height, channels, repairs }),
      )
      this.estimated.then(
        (found) => (this.known = found),
        () => (this.estimated = null),
      )
    }
    return this.estimated
  }

  /** Null until it was estimated. */
  get knownNoise(): KnownNoise | null {
    return this.known
  }

  get restoration(): Restoration {
    if (!this.restored) {
      // Until a part is restored it shows what it was.
      const pixels = shared(this.picture.pixels)
      this.restored = new Restoration(pixels, levelsOf({ ...this.picture, pixels }), this.size)
    }
    return this.restored
  }

  /** With more noise taken away than is set, where a strength mask asks for it. What is not ready there is blank. */
  get stronger(): Restoration {
    if (!this.strongly) {
      const pixels = blank(this.picture.pixels)
      this.strongly = new Restoration(pixels, levelsOf({ ...this.picture, pixels }), this.size)
    }
    return this.strongly
  }

  /** Nobody asks for more any more, and its memory is given back. */
  forgetStronger(): void {
    this.strongly = null
  }

  /**
   * Of one level at a time: what is shown until the picture is restored, and what is tried beside it.
   *
   * @param levels of what the model is given
   */
  draft(purpose: 'shown' | 'tried', level: number, levels: PictureLevels): Draft {
    const image = levels.imageAt(level)
    const known = this.drafts.get(purpose)
    if (known?.level === level && known.image.pixels === image.pixels) return known
    const draft = new Draft(level, image)
    this.drafts.set(purpose, draft)
    return draft
  }

  /** Of the picture as it is at a level. */
  noiseAt(level: number, client: ComputeClient): Promise<KnownNoise> {
    if (level === 0) return this.noise(client)
    if (this.estimatedAt?.level !== level) {
      const found = this.repair(client).then(({ levels, repairs }) =>
        client.call('estimateNoise', { ...levels.imageAt(level), repairs: { ...repairs, range: null } }),
      )
      found.catch(() => (this.estimatedAt = null))
      this.estimatedAt = { level, found }
    }
    return this.estimatedAt.found
  }

  /** How much of a sigma is left at a level, 0..1. */
  async sigmaShare(level: number, client: ComputeClient): Promise<number> {
    if (level === 0) return 1
    const found = [await this.noise(client), await this.noiseAt(level, client)]
    const [whole, left] = found.map(({ noise }) => Math.max(0, ...(noise?.sigmas ?? [])))
    // Of noise without correlation half is left of each halving.
    const least = 2 ** -level
    return whole && left ? Math.min(1, Math.max(least, left / whole)) : least
  }

  /** In the colours of the screen. */
  onScreen(block: PixelBlock): PixelBlock {
    return this.screen?.shown(block) ?? block
  }

  /** All of the upright picture, 8 bits. */
  whole(levels: PictureLevels = this.levels): PixelBlock {
    return levels.block(0, { left: 0, top: 0, ...levels.sizeOf(0) })
  }
}

export function levelsOf(picture: Picture): PictureLevels {
  const { pixels, width, height, channels, orientation } = picture
  return new PictureLevels(pixels, { width, height }, channels, orientation, rangeIn(picture))
}
