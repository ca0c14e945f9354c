/** A stretch of one axis that is computed at once, and the part of it that is kept. */
export interface Stretch {
  /** Where it begins, in pixels of the image. */
  readonly start: number
  /** What of the result is kept: from `from` to `to`, in pixels of the image. */
  readonly from: number
  readonly to: number
}

/**
 * Cuts an axis into stretches of one length that overlap by twice the `halo`, so that each pixel is taken from a stretch
 * in which it is at least `halo` away from the end, or that ends with the image: the result is then that of the whole.
 *
 * @param size of the axis, a multiple of `step`
 * @param length of a stretch, a multiple of `step`, larger than twice the halo unless it is the whole axis
 * @param step that stretches begin at multiples of
 */
export function planStretches(size: number, length: number, halo: number, step: number): Stretch[] {
  if (length >= size) return [{ start: 0, from: 0, to: size }]
  const around = Math.ceil(halo / step) * step
  if (length <= 2 * around) throw new Error(`Tiles of ${length} pixels are all halo, which is ${around}.`)
  const stretches: Stretch[] = []
  for (let from = 0; from < size;) {
    const start = Math.min(Math.max(0, from - around), size - length)
    const isLast = start + length >= size
    const to = isLast ? size : start + length - around
    stretches.push({ start, from, to })
    from = to
  }
  return stretches
}

/**
 * The least length, a multiple of `step`, with which an axis takes no more stretches than with `most`: stretches of one
 * length that does not fit would be computed over each other.
 *
 * @param size of the axis, a multiple of `step`
 * @param most a multiple of `step`, larger than twice the halo
 */
export function evenLength(size: number, most: number, halo: number, step: number): number {
  if (most >= size) return size
  const around = 2 * Math.ceil(halo / step) * step
  return shareOf(size, Math.ceil((size - around) / (most - around)), halo, step)
}

/** The length of `count` stretches that an axis is shared out to, a multiple of `step`. */
export function shareOf(size: number, count: number, halo: number, step: number): number {
  const around = 2 * Math.ceil(halo / step) * step
  return Math.ceil((size - around) / count / step) * step + around
}
