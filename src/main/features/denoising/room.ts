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
