/**
 * Many may use the library at a time, or one may have it alone, as while it changes its place. Who wants it alone waits
 * for those that use it, and who comes later waits for the one.
 */
export class LibraryGate {
  private users = 0
  private alone: Promise<unknown> = Promise.resolve()
  private left: (() => void) | null = null

  /** Do not call it from within `use` or `alone`. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    for (let before: Promise<unknown> | null = null; before !== this.alone;) {
      before = this.alone
      await before
    }
    this.users++
    try {
      return await work()
    } finally {
      this.users--
      if (this.users === 0) this.left?.()
    }
  }

  /** One after the other. */
  haveAlone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.alone
    const next = before.then(async () => {
      if (this.users > 0) await new Promise<void>((resolve) => (this.left = resolve))
      this.left = null
      return work()
    })
    // A failure is for whoever asked.
    this.alone = next.catch(() => undefined)
    return next
  }
}
