/** Corners of a closed line, two numbers each, in pixels. */
export type Outline = readonly (readonly [number, number])[]

export const rectangleOutline = (x0: number, y0: number, x1: number, y1: number): Outline => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
]

/**
 * Points inside an outline by the even-odd rule, to the row of pixels that a point is in.
 * @param screen two numbers a point; NaN is outside
 * @returns 1 for those inside
 */
export function pointsInside(screen: Float32Array, visible: Uint8Array | null, outline: Outline): Uint8Array {
  const inside = new Uint8Array(screen.length / 2)
  if (outline.length < 3) return inside
  const ys = outline.map(([, y]) => y)
  const top = Math.floor(Math.min(...ys))
  const rows = crossings(outline, top, Math.ceil(Math.max(...ys)) - top)
  for (let i = 0; i < inside.length; i++) {
    const row = rows[Math.floor(screen[2 * i + 1]!) - top]
    if (row === undefined || (visible && visible[i] === 0)) continue
    const x = screen[2 * i]!
    let passed = 0
    while (passed < row.length && row[passed]! <= x) passed++
    inside[i] = passed % 2
  }
  return inside
}

/** Where the middle of each row of pixels meets the outline, from left to right. */
function crossings(outline: Outline, top: number, count: number): number[][] {
  const rows = Array.from({ length: count }, (): number[] => [])
  outline.forEach(([x0, y0], i) => {
    const [x1, y1] = outline[(i + 1) % outline.length]!
    const [low, high] = y0 < y1 ? [y0, y1] : [y1, y0]
    for (let row = Math.max(0, Math.ceil(low - 0.5) - top); row < count && row + top + 0.5 < high; row++)
      rows[row]!.push(x0 + ((row + top + 0.5 - y0) / (y1 - y0)) * (x1 - x0))
  })
  return rows.map((row) => row.sort((a, b) => a - b))
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/** The nearest point in a direction, within 45 degrees of it; null where there is none. */
export function nextPoint(
  screen: Float32Array,
  visible: Uint8Array | null,
  from: readonly [number, number],
  direction: Direction,
  leftOut: number | null,
): number | null {
  let found: number | null = null
  let least = Infinity
  for (let i = 0; i < screen.length / 2; i++) {
    if (i === leftOut || (visible && visible[i] === 0)) continue
    const dx = screen[2 * i]! - from[0]
    const dy = screen[2 * i + 1]! - from[1]
    const along = { left: -dx, right: dx, up: -dy, down: dy }[direction]
    const across = Math.abs(direction === 'left' || direction === 'right' ? dy : dx)
    if (!(along > 0) || across > along) continue
    // What lies straight ahead before what lies to the side.
    const far = along + 2 * across
    if (far < least) [found, least] = [i, far]
  }
  return found
}

/** The point nearest to a pixel. */
export function nearestPoint(
  screen: Float32Array,
  visible: Uint8Array | null,
  [x, y]: readonly [number, number],
): number | null {
  let found: number | null = null
  let least = Infinity
  for (let i = 0; i < screen.length / 2; i++) {
    if (visible && visible[i] === 0) continue
    const far = (screen[2 * i]! - x) ** 2 + (screen[2 * i + 1]! - y) ** 2
    if (far < least) [found, least] = [i, far]
  }
  return found
}
