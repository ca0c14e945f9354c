import type { Augmentation } from '../../../shared/trainingConfig'
import type { rowShape } from './pairedImages'
import { randomStream, streams } from './random'
import type { BatchSource, EpochBatches } from './shuffledBatches'

type RowShape = ReturnType<typeof rowShape>

/**
 * Images that are mirrored and moved at random, each anew in each epoch. What becomes of an image depends on seed, epoch and
 * its place in the epoch alone, so an epoch can be entered anywhere.
 */
export class AugmentedBatches implements BatchSource {
  private readonly image: Uint8Array

  constructor(
    private readonly batches: BatchSource,
    private readonly shape: RowShape,
    private readonly augmentation: Augmentation,
    private readonly seed: number,
  ) {
    this.image = new Uint8Array(shape.height * shape.width * shape.channels)
  }

  get imagesPerEpoch(): number {
    return this.batches.imagesPerEpoch
  }

  async epoch(epoch: number, skip: number): Promise<EpochBatches> {
    const images = await this.batches.epoch(epoch, skip)
    const size = this.image.length
    let drawn = skip
    return {
      next: async (count, into) => {
        await images.next(count, into)
        for (let i = 0; i < count; i++) this.change(into.subarray(i * size, (i + 1) * size), epoch, drawn++)
      },
    }
  }

  private change(image: Uint8Array, epoch: number, place: number): void {
    const { shape, augmentation, seed } = this
    const random = randomStream(seed, streams.augmentation, epoch, place)
    const isMirrored = augmentation.flip && random.below(2) === 1
    const moved = (side: number) => {
      const most = Math.round(augmentation.shift * side)
      return most === 0 ? 0 : random.below(2 * most + 1) - most
    }
    const [down, right] = [moved(shape.height), moved(shape.width)]
    if (!isMirrored && down === 0 && right === 0) return
    this.image.set(image)
    moveImage(this.image, shape, { down, right, isMirrored }, image)
  }
}

interface Change {
  readonly down: number
  readonly right: number
  readonly isMirrored: boolean
}

/** What moves in from outside repeats the border. */
function moveImage(
  from: Uint8Array,
  { height, width, channels }: RowShape,
  { down, right, isMirrored }: Change,
  into: Uint8Array,
): void {
  const within = (place: number, size: number) => Math.min(size - 1, Math.max(0, place))
  let at = 0
  for (let y = 0; y < height; y++) {
    const row = within(y - down, height) * width
    for (let x = 0; x < width; x++) {
      const column = within((isMirrored ? width - 1 - x : x) - right, width)
      const start = (row + column) * channels
      for (let c = 0; c < channels; c++) into[at++] = from[start + c]!
    }
  }
}
