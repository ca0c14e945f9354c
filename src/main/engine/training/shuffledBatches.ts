import { type PixelSource, readImages } from './pixelSource'
import { randomStream, shuffle, streams } from './random'

/** The images of one epoch in random order. */
export interface EpochBatches {
  /**
   * Copies the next `count` images into `into`. Batches come in the order in which they are asked for.
   */
  next(count: number, into: Uint8Array): Promise<void>
}

/** Where batches come from. */
export interface BatchSource {
  readonly imagesPerEpoch: number
  /** @param skip images of that epoch already seen */
  epoch(epoch: number, skip: number): Promise<EpochBatches>
}

/** Bytes of pixels held in memory; datasets beyond that are read in pieces. */
export const memoryBudget = 128 * 1024 * 1024
/** Bytes read at once from a random place. */
const blockBytes = 256 * 1024

/**
 * Shuffles images of any number in bounded memory. What fits into the budget is read once and drawn from a permutation.
 * Beyond it, the file is cut into blocks of neighbours; each epoch shuffles the blocks, reads as many as fit into half
 * the budget, shuffles the images among those, and reads the next while these are used. The order depends on seed and
 * epoch alone, so an epoch can be entered anywhere.
 */
export class ShuffledBatches implements BatchSource {
  private whole: Uint8Array | null = null

  constructor(
    private readonly source: PixelSource,
    /** Ascending. */
    private readonly indices: Uint32Array,
    private readonly seed: number,
    private readonly budget = memoryBudget,
  ) {}

  get imagesPerEpoch(): number {
    return this.indices.length
  }

  async epoch(epoch: number, skip: number): Promise<EpochBatches> {
    const random = randomStream(this.seed, streams.shuffle, epoch)
    const { rowBytes } = this.source
    if (this.indices.length * rowBytes <= this.budget) {
      this.whole ??= await this.read(this.indices)
      return fromMemory(this.whole, shuffle(Uint32Array.from(this.indices.keys()), random), rowBytes, skip)
    }
    const perBlock = Math.max(1, Math.floor(blockBytes / rowBytes))
    const blocks = shuffle(
      Uint32Array.from({ length: Math.ceil(this.indices.length / perBlock) }, (_, i) => i),
      random,
    )
    const perGroup = Math.max(1, Math.floor(this.budget / 2 / (perBlock * rowBytes)))
    const groups = Array.from({ length: Math.ceil(blocks.length / perGroup) }, (_, i) =>
      this.groupOf(blocks.subarray(i * perGroup, (i + 1) * perGroup), perBlock),
    )
    return this.fromGroups(groups, epoch, skip)
  }

  /** Indices of the images in some blocks, ascending. */
  private groupOf(blocks: Uint32Array, perBlock: number): () => Uint32Array {
    const sorted = blocks.slice().sort()
    return () => {
      const parts = [...sorted].map((block) =>
        this.indices.subarray(block * perBlock, (block + 1) * perBlock),
      )
      const group = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0))
      parts.reduce((at, part) => (group.set(part, at), at + part.length), 0)
      return group
    }
  }

  private fromGroups(groups: readonly (() => Uint32Array)[], epoch: number, skip: number): EpochBatches {
    const { rowBytes } = this.source
    let at = 0
    let toSkip = skip
    const load = async (group: number) => {
      const indices = groups[group]!()
      const order = shuffle(
        Uint32Array.from(indices.keys()),
        randomStream(this.seed, streams.shuffle, epoch, group + 1),
      )
      return { pixels: await this.read(indices), order }
    }
    const open = (group: number) => {
      const loading = load(group)
      // Awaited when the group is needed; a failure must not count as unhandled until then.
      loading.catch(() => undefined)
      return loading
    }
    while (at < groups.length - 1 && toSkip >= groups[at]!().length) toSkip -= groups[at++]!().length
    let pending = open(at)
    let current: { pixels: Uint8Array; order: Uint32Array } | null = null
    let position = toSkip
    return {
      next: async (count, into) => {
        for (let done = 0; done < count; done++) {
          if (!current || position === current.order.length) {
            if (current) position = 0
            current = await pending
            if (++at < groups.length) pending = open(at)
          }
          copyImage(current.pixels, current.order[position++]!, into, done, rowBytes)
        }
      },
    }
  }

  private async read(indices: Uint32Array): Promise<Uint8Array> {
    const pixels = new Uint8Array(indices.length * this.source.rowBytes)
    await readImages(this.source, indices, pixels)
    return pixels
  }
}

function fromMemory(pixels: Uint8Array, order: Uint32Array, rowBytes: number, skip: number): EpochBatches {
  let position = skip
  return {
    next: async (count, into) => {
      for (let i = 0; i < count; i++) copyImage(pixels, order[position++]!, into, i, rowBytes)
    },
  }
}

function copyImage(from: Uint8Array, image: number, into: Uint8Array, at: number, rowBytes: number): void {
  into.set(from.subarray(image * rowBytes, (image + 1) * rowBytes), at * rowBytes)
}
