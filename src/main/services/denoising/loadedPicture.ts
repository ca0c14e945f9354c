import type { PixelBlock } from '../../../shared/api/library'
import type { ComputeClient } from '../../worker/computeClient'
import type { ImageNoise, PixelData } from '../../worker/protocol'
import { type PreparedImage, prepareImage } from '../datasets/prepareImage'
import { PictureLevels, type Size } from './pictureLevels'
import { type Picture, readPicture } from './readPicture'
import { KnownAmounts } from './knownAmounts'
import { Restoration } from './restoration'

export interface KnownNoise {
  readonly noise: ImageNoise | null
  /** See estimateNoise. */
  readonly certainty: number
}

/** A picture in memory to be looked at, with what a model makes of it. */
export class LoadedPicture {
  private estimated: Promise<KnownNoise> | null = null
  private known: KnownNoise | null = null
  private restored: Restoration | null = null
  private tried: Restoration | null = null
  /** What is seen of it now with more or less taken away. */
  readonly amounts = new KnownAmounts()
  reference: PictureLevels | null = null

  private constructor(
    /** The file that it was read from, as it was then. */
    readonly image: PreparedImage,
    /** In shared memory. */
    readonly picture: Picture,
    readonly levels: PictureLevels,
  ) {}

  /** @throws UnusableImage */
  static async load(path: string): Promise<LoadedPicture> {
    const image = await prepareImage(path)
    const read = await readPicture(image)
    // Of several pages the first is looked at.
    const first = read.pixels.subarray(0, read.pixels.length / read.pages)
    // Its floats are of use only where it is written.
    const floats = read.floats && { ...read.floats, values: new Float32Array() }
    const picture = { ...read, pixels: shared(first), floats }
    return new LoadedPicture(image, picture, levelsOf(picture))
  }

  /** As it is stored. */
  get size(): Size {
    const { width, height } = this.picture
    return { width, height }
  }

  get bytes(): number {
    const copies = 1 + Number(this.restored !== null) + Number(this.tried !== null)
    return copies * (this.picture.pixels.byteLength + this.levels.bytes)
  }

  noise(client: ComputeClient): Promise<KnownNoise> {
    const { pixels, width, height, channels } = this.picture
    if (!this.estimated) {
      this.estimated = client.call('estimateNoise', { pixels, width, height, channels })
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

  /** For what else it might be. Nothing of it is shown. */
  get trial(): Restoration {
    if (!this.tried) {
      const pixels = blank(this.picture.pixels)
      this.tried = new Restoration(pixels, levelsOf({ ...this.picture, pixels }, true), this.size)
    }
    return this.tried
  }

  /** All of the upright picture, 8 bits. */
  whole(levels: PictureLevels = this.levels): PixelBlock {
    return levels.block(0, { left: 0, top: 0, ...levels.sizeOf(0) })
  }
}

export function levelsOf(picture: Picture, isBlank = false): PictureLevels {
  const { pixels, width, height, channels, orientation } = picture
  return new PictureLevels(pixels, { width, height }, channels, orientation, isBlank)
}

/** A copy that the worker reads and writes too. */
export function shared(pixels: PixelData): PixelData {
  const copy = blank(pixels)
  copy.set(pixels)
  return copy
}

/** As many zeros, which take no memory before something is written there. */
function blank(pixels: PixelData): PixelData {
  const buffer = new SharedArrayBuffer(pixels.byteLength)
  return pixels instanceof Uint8Array ? new Uint8Array(buffer) : new Uint16Array(buffer)
}
