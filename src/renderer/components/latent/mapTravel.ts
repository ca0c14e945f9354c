const travelMs = 700
/** More points are put in their places at once: a frame of theirs takes too long. */
const mostTravelling = 50_000

/** Points on their way from the places of one map to those of the next, so that the eye can follow them. */
export class MapTravel {
  private from: Float32Array | null = null
  private startedAt: number | null = null

  /**
   * @param screen where the points are now, two numbers a point
   * @param count of points of the next map: only the same ones can travel
   */
  begin(screen: Float32Array, count: number): void {
    const canTravel = count > 0 && screen.length === 2 * count && count <= mostTravelling
    this.from = canTravel ? screen.slice() : null
    this.startedAt = null
  }

  /**
   * Moves points back along their way. A point that had no place before, or has none now, does not travel.
   * @param screen where they arrive
   * @returns whether they are still on their way
   */
  blend(screen: Float32Array, now: number): boolean {
    const { from } = this
    if (!from) return false
    this.startedAt ??= now
    const part = (now - this.startedAt) / travelMs
    if (part >= 1 || from.length !== screen.length) {
      this.from = null
      return false
    }
    const left = (1 - part) ** 3
    for (let i = 0; i < screen.length; i++) {
      const moved = screen[i]! + (from[i]! - screen[i]!) * left
      if (!Number.isNaN(moved)) screen[i] = moved
    }
    return true
  }
}
