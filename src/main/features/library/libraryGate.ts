/**
 * Many may use the library at a time, or one may have it alone, as while it changes its place. Who wants it alone waits
 * for those that use it, and who comes later waits for the one.
 */
export class LibraryGate {
  private users = 0
  /** Settles when the last one that wants it alone has had it; null while there is none. */
  private alone: Promise<unknown> | null = null
  private left: (() => void) | null = null

  /** Do not call it from within `use` or `haveAlone`. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    while (this.alone) await this.alone
    this.users++
    try {
      return await work()
    } finally {
      this.users--
      if (this.users === 0) this.left?.()
    }
  }

  /** One after the other. */
  async haveAlone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.alone
    const next = this.afterOthers(before, work)
    // A failure is for whoever asked.
    const settled: Promise<void> = next.then(
      () => this.ended(settled),
      () => this.ended(settled),
    )
    this.alone = settled
    return next
  }

  private async afterOthers<T>(before: Promise<unknown> | null, work: () => Promise<T>): Promise<T> {
    await before
    if (this.users > 0) await new Promise<void>((resolve) => (this.left = resolve))
    this.left = null
    return work()
  }

  private ended(alone: Promise<unknown>): void {
    if (this.alone === alone) this.alone = null
  }
}
