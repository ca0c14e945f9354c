import type { Changes, Listing } from '../../shared/api/events'

/**
 * A list that windows mirror. Every change has a revision of its own, so that a window which asked for the whole list
 * knows which changes are in it already.
 */
export class RevisedList<T extends { readonly id: string }> {
  private readonly items = new Map<string, T>()
  private revision = 0

  /** @param announce is called once for each change */
  constructor(private readonly announce: (changes: Changes<T>) => void) {}

  listing(): Listing<T> {
    return { revision: this.revision, items: [...this.items.values()] }
  }

  get(id: string): T | undefined {
    return this.items.get(id)
  }

  /** Adds it or replaces the one of its id. */
  set(item: T): void {
    this.items.set(item.id, item)
    this.announce({ revision: ++this.revision, changed: [item], removed: [] })
  }

  /** Several at once, as one change. */
  setAll(items: readonly T[]): void {
    if (items.length === 0) return
    for (const item of items) this.items.set(item.id, item)
    this.announce({ revision: ++this.revision, changed: items, removed: [] })
  }

  remove(...ids: readonly string[]): void {
    const removed = ids.filter((id) => this.items.delete(id))
    if (removed.length > 0) this.announce({ revision: ++this.revision, changed: [], removed })
  }

  /** Another library: everything at once. */
  replaceAll(items: readonly T[]): void {
    const removed = [...this.items.keys()].filter((id) => !items.some((item) => item.id === id))
    this.items.clear()
    for (const item of items) this.items.set(item.id, item)
    this.announce({ revision: ++this.revision, changed: items, removed })
  }
}
