interface Size {
  readonly height: number
  readonly width: number
}

const reach = 4
const leastLength = 12

/**
 * Scratches, hairs and writing: thin places that are much brighter or darker than all around them (top hats of a square), joined
 * to pieces that are longer than they are wide.
 *
 * @param plane brightness, where 1 is white
 * @returns 1 where the picture is scratched, with a pixel around it
 */
export function findScratches(plane: Float32Array, { height, width }: Size): Uint8Array {
  const opened = dilate(erode(plane, { height, width }), { height, width })
  const closed = erode(dilate(plane, { height, width }), { height, width })
  const hat = plane.map((value, i) => Math.max(value - opened[i]!, closed[i]! - value))
  const sorted = hat.toSorted()
  const usual = sorted[Math.floor(sorted.length * 0.9)]!
  const threshold = Math.max(0.12, 3 * usual)
  const found = Uint8Array.from(hat, (value) => (value > threshold ? 1 : 0))
  return grown(longOnes(found, { height, width }), { height, width })
}

function extreme(
  plane: Float32Array,
  { height, width }: Size,
  better: (a: number, b: number) => number,
): Float32Array {
  const rows = new Float32Array(plane.length)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let value = plane[y * width + x]!
      for (let d = Math.max(0, x - reach); d <= Math.min(width - 1, x + reach); d++)
        value = better(value, plane[y * width + d]!)
      rows[y * width + x] = value
    }
  const result = new Float32Array(plane.length)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let value = rows[y * width + x]!
      for (let d = Math.max(0, y - reach); d <= Math.min(height - 1, y + reach); d++)
        value = better(value, rows[d * width + x]!)
      result[y * width + x] = value
    }
  return result
}

const erode = (plane: Float32Array, size: Size) => extreme(plane, size, Math.min)
const dilate = (plane: Float32Array, size: Size) => extreme(plane, size, Math.max)

/** Pieces that are joined, eight ways, and reach further than their area makes wide. */
function longOnes(found: Uint8Array, { height, width }: Size): Uint8Array {
  const kept = new Uint8Array(found.length)
  const seen = new Uint8Array(found.length)
  for (let start = 0; start < found.length; start++) {
    if (found[start] === 0 || seen[start] === 1) continue
    const piece = [start]
    seen[start] = 1
    let [top, bottom, left, right] = [height, 0, width, 0]
    for (let next = 0; next < piece.length; next++) {
      const [y, x] = [Math.floor(piece[next]! / width), piece[next]! % width]
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      left = Math.min(left, x)
      right = Math.max(right, x)
      for (let j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++)
        for (let i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++) {
          const at = j * width + i
          if (found[at] === 0 || seen[at] === 1) continue
          seen[at] = 1
          piece.push(at)
        }
    }
    const length = Math.hypot(bottom - top + 1, right - left + 1)
    if (length >= leastLength && piece.length / length < 6) for (const at of piece) kept[at] = 1
  }
  return kept
}

function grown(mask: Uint8Array, { height, width }: Size): Uint8Array {
  const result = mask.slice()
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue
      for (let j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++)
        for (let i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++) result[j * width + i] = 1
    }
  return result
}
