import { availableParallelism } from 'node:os'
import type { ImageFormat } from '../pictures/imageFormats'
import type { BatchProgress } from './batchProgress'
import type { QueueEntry } from './queueEntry'
import type { Picture } from '../pictures/readPicture'
import { formatFor } from '../pictures/writePicture'

/** Memory for so much at once; what takes more than all of it is let in alone. */
export class Room {
  private taken = 0
  private waiting: (() => void)[] = []

  constructor(readonly most: number) {}

  /** Resolves when there is room, to what gives it back. */
  async enter(size: number): Promise<() => void> {
    while (this.taken > 0 && this.taken + size > this.most)
      await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.taken += size
    return () => {
      this.taken -= size
      const { waiting } = this
      this.waiting = []
      for (const look of waiting) look()
    }
  }
}

/** Of the pictures that are restored side by side, as `bytesOf` counts them. Workers take many times as much for it. */
const mostBytes = 80e6
/** A progressive JPEG's coefficients have 16 bits. */
const bytesPerCoefficient = 2
/** Measured: 350 MB for 12 megapixels in colour. */
const avifBytesPerValue = 10

/**
 * Bytes of a picture's pixels, or of what its codecs hold that is all of the picture in their own form, if that is more:
 * two of 12 megapixels took 860 MB in all with 1.5 coefficients a pixel, 1,340 with 3.
 *
 * @param format what it is written as
 */
function bytesOf(
  {
    pixels,
    channels,
    coefficientsPerPixel = 0,
  }: Pick<Picture, 'pixels' | 'channels' | 'coefficientsPerPixel'>,
  format: ImageFormat,
): number {
  const reading = (bytesPerCoefficient * coefficientsPerPixel * pixels.length) / channels
  const writing = format === 'avif' ? avifBytesPerValue * pixels.length : 0
  return Math.max(pixels.byteLength, reading, writing)
}

export interface Turn {
  /** A lane's share of the cores, all of them where it is soon alone; undefined for what a runtime takes by itself. */
  threads(): number | undefined
  /** Gives the memory back. */
  leave(): void
}

/** What pictures that are restored side by side, one a lane, share: memory and the processor's cores. */
export class SideBySide {
  private readonly room = new Room(mostBytes)

  constructor(
    private readonly lanes: () => number,
    private readonly progress: Pick<BatchProgress, 'working'>,
  ) {}

  /**
   * Resolves when there is memory for a picture.
   *
   * @param isLast whether no other waits, when it is asked
   */
  async enter(entry: QueueEntry, picture: Picture, isLast: () => boolean): Promise<Turn> {
    const bytes = bytesOf(picture, formatFor(picture, entry.output))
    const leave = await this.room.enter(bytes)
    return { leave, threads: () => this.threadsFor(entry, bytes, isLast()) }
  }

  private threadsFor({ id, megapixels }: QueueEntry, bytes: number, isLast: boolean): number | undefined {
    const lanes = this.lanes()
    if (lanes === 1 || lanes * bytes > mostBytes) return undefined
    const others = [...this.progress.working].filter(([other]) => other !== id)
    const left = others.reduce((sum, [, one]) => sum + (1 - one.share) * one.megapixels, 0)
    if (isLast && left < megapixels / 2) return undefined
    return Math.max(1, Math.floor(availableParallelism() / lanes))
  }
}
