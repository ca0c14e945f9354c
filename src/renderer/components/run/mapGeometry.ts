/** Left, top, right, bottom. */
export type Bounds = readonly [number, number, number, number]

/** Around all points but the farthest, so that a single stray one does not shrink the others to a dot. */
export function boundsOf(points: Float32Array): Bounds {
  const [left, right] = rangeOf(points, 0)
  const [top, bottom] = rangeOf(points, 1)
  return [left, top, right, bottom]
}

function rangeOf(points: Float32Array, offset: number): [number, number] {
  const values = new Float32Array(points.length / 2)
  for (let i = 0; i < values.length; i++) values[i] = points[2 * i + offset]!
  values.sort()
  const cut = Math.floor(values.length * 0.005)
  const low = values[cut] ?? 0
  const high = values[values.length - 1 - cut] ?? 0
  const margin = Math.max(1e-9, 0.06 * (high - low))
  return [low - margin, high + margin]
}

/** Colours that lie apart, however many there are: hues by the golden angle, with alternating lightness. */
export function hueOf(index: number, count: number, dark: boolean): string {
  const hue = count <= 12 ? (index * 360) / count + 38 : index * 137.508
  const lightness = (dark ? 68 : 44) + (index % 3) * (dark ? 6 : 5)
  return `hsl(${Math.round(hue % 360)} 62% ${lightness}%)`
}

/** The point nearest to a place, no farther than `reach` pixels; null where there is none. */
export function nearestPoint(
  count: number,
  placeOf: (i: number) => readonly [number, number],
  x: number,
  y: number,
  reach: number,
): number | null {
  let nearest: number | null = null
  let least = reach * reach
  for (let i = 0; i < count; i++) {
    const [px, py] = placeOf(i)
    const distance = (px - x) ** 2 + (py - y) ** 2
    if (distance <= least) [nearest, least] = [i, distance]
  }
  return nearest
}
