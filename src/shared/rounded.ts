/**
 * A value as an image of integers holds it: clipped and rounded.
 *
 * @param most white; null for images that are not in integers, whose values stay as they are
 */
export function rounded(value: number, most: number | null): number {
  if (most === null) return value
  return value <= 0 ? 0 : value >= most ? most : Math.floor(value + 0.5)
}
