const none = -1

/** With more points in view, images of some of them would hide the others. */
export const mostWithPictures = 1000

/** The height and width of images in pixels of the page: larger ones where fewer points are in view. */
export const pictureSide = (inView: number): number => (inView <= 60 ? 64 : inView <= 400 ? 44 : 32)

/** How many points are in the pane. */
export function countInView(
  screen: Float32Array,
  visible: Uint8Array | null,
  { width, height }: { readonly width: number; readonly height: number },
): number {
  let count = 0
  for (let i = 0; i < screen.length / 2; i++) {
    if (visible && visible[i] === 0) continue
    const x = screen[2 * i]!
    const y = screen[2 * i + 1]!
    if (x >= 0 && y >= 0 && x < width && y < height) count++
  }
  return count
}

/**
 * Points that have room for a picture of `side` pixels: those that come first and are not covered by another one.
 * Squares that are fixed to the map by `origin`, a place of it in pixels, hold one at most, so that pictures stay when
 * the map is moved.
 */
export function pointsWithRoom(
  screen: Float32Array,
  visible: Uint8Array | null,
  { width, height }: { readonly width: number; readonly height: number },
  side: number,
  origin: readonly [number, number],
): number[] {
  const [left, top] = origin.map((at) => (((at % side) + side) % side) - side) as [number, number]
  const columns = Math.ceil((width - left) / side) + 1
  const taken = new Int32Array(columns * (Math.ceil((height - top) / side) + 1)).fill(none)
  const found: number[] = []
  const isCovered = (at: number, x: number, y: number) => {
    for (const row of [-columns, 0, columns])
      for (const column of [-1, 0, 1]) {
        const other = taken[at + row + column] ?? none
        if (other === none) continue
        if (Math.abs(screen[2 * other]! - x) < side && Math.abs(screen[2 * other + 1]! - y) < side)
          return true
      }
    return false
  }
  const count = screen.length / 2
  const step = strideOf(count)
  for (let n = 0, i = 0; n < count; n++, i = (i + step) % count) {
    if (visible && visible[i] === 0) continue
    const x = screen[2 * i]!
    const y = screen[2 * i + 1]!
    if (!(x >= 0 && y >= 0 && x < width && y < height)) continue
    const at = Math.floor((y - top) / side) * columns + Math.floor((x - left) / side)
    if (taken[at] !== none || isCovered(at, x, y)) continue
    taken[at] = i
    found.push(i)
  }
  return found
}

/** Neighbouring points are often alike, as those of one folder: so they are taken in leaps that meet each of them once. */
function strideOf(count: number): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
  let step = Math.max(1, Math.floor(count * 0.618))
  while (gcd(step, count) !== 1) step++
  return step
}
