/** A picture of the largest size that is decoded, and a little beside it: some 900 MB at the most. */
const mostPixels = 250_000_000

/** What is smaller than this is not worth waiting for. */
const countedPixels = 4_000_000

/**
 * Pixels that are decoded at once in this process, whatever asks for them: a file of 15 kB can have 150 megapixels, and a
 * window asks for the small pictures of many files side by side. Whoever finds no room waits for its turn.
 */
export class DecodingRoom {
  private taken = 0
  private readonly waiting: { readonly pixels: number; readonly enter: () => void }[] = []

  constructor(private readonly most = mostPixels) {}

  /** Runs the work when there is room for so many pixels; never from within work that has some. */
  async with<T>({ width, height }: { width: number; height: number }, work: () => Promise<T>): Promise<T> {
    const pixels = Math.min(width * height, this.most)
    if (pixels < countedPixels) return work()
    await this.enter(pixels)
    try {
      return await work()
    } finally {
      this.taken -= pixels
      this.admit()
    }
  }

  private async enter(pixels: number): Promise<void> {
    if (this.waiting.length > 0 || this.taken + pixels > this.most)
      return new Promise((enter) => this.waiting.push({ pixels, enter }))
    this.taken += pixels
  }

  private admit(): void {
    for (;;) {
      const [next] = this.waiting
      if (!next || this.taken + next.pixels > this.most) return
      this.waiting.shift()
      this.taken += next.pixels
      next.enter()
    }
  }
}

export const decodingRoom = new DecodingRoom()
