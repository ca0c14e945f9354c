/** Ways from one code to another. `spherical` turns at a constant angle and changes length evenly (Shoemake 1985). */
export const codePaths = ['straight', 'spherical'] as const
export type CodePath = (typeof codePaths)[number]

/** Below this angle both ways are the same but for rounding. */
const smallestAngle = 1e-4

/**
 * Codes from `a` to `b`, evenly spaced, the ends among them as they are.
 * @param a @param b dimensions
 * @param steps 2 or more
 * @returns steps × dimensions
 */
export function interpolateCodes(
  a: Float32Array,
  b: Float32Array,
  steps: number,
  path: CodePath,
): Float32Array {
  const codes = new Float32Array(steps * a.length)
  for (let step = 0; step < steps; step++) {
    codes.set(between(a, b, step / (steps - 1), path), step * a.length)
  }
  return codes
}

/**
 * A grid whose corners are four codes: top left, top right, bottom left, bottom right.
 * @returns rows × columns × dimensions
 */
export function interpolateGrid(
  [topLeft, topRight, bottomLeft, bottomRight]: readonly [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ],
  rows: number,
  columns: number,
  path: CodePath,
): Float32Array {
  const left = interpolateCodes(topLeft, bottomLeft, rows, path)
  const right = interpolateCodes(topRight, bottomRight, rows, path)
  const dimensions = topLeft.length
  const codes = new Float32Array(rows * columns * dimensions)
  for (let row = 0; row < rows; row++) {
    const from = left.subarray(row * dimensions, (row + 1) * dimensions)
    const to = right.subarray(row * dimensions, (row + 1) * dimensions)
    codes.set(interpolateCodes(from, to, columns, path), row * columns * dimensions)
  }
  return codes
}

/** @param part 0 gives a, 1 gives b, exactly */
function between(a: Float32Array, b: Float32Array, part: number, path: CodePath): Float32Array {
  if (part === 0) return a.slice()
  if (part === 1) return b.slice()
  const [lengthA, lengthB] = [lengthOf(a), lengthOf(b)]
  const angle = path === 'spherical' ? angleOf(a, b, lengthA * lengthB) : 0
  // Opposite directions, or one that is none, leave the turn open: straight on then.
  if (angle < smallestAngle || Math.PI - angle < smallestAngle)
    return a.map((value, i) => value + (b[i]! - value) * part)
  const length = lengthA + (lengthB - lengthA) * part
  const ofA = (length * Math.sin((1 - part) * angle)) / Math.sin(angle) / lengthA
  const ofB = (length * Math.sin(part * angle)) / Math.sin(angle) / lengthB
  return a.map((value, i) => ofA * value + ofB * b[i]!)
}

const lengthOf = (code: Float32Array) => Math.sqrt(code.reduce((sum, value) => sum + value * value, 0))

function angleOf(a: Float32Array, b: Float32Array, lengths: number): number {
  if (lengths === 0) return 0
  const dot = a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  return Math.acos(Math.min(1, Math.max(-1, dot / lengths)))
}

/**
 * Each of some dimensions from its least to its greatest value, the others as they are in `code`.
 * @returns dimensions.length × steps × code.length
 */
export function traverseCode(
  code: Float32Array,
  dimensions: readonly number[],
  { min, max }: { readonly min: Float32Array; readonly max: Float32Array },
  steps: number,
): Float32Array {
  const codes = new Float32Array(dimensions.length * steps * code.length)
  dimensions.forEach((dimension, row) => {
    for (let step = 0; step < steps; step++) {
      const at = (row * steps + step) * code.length
      codes.set(code, at)
      codes[at + dimension] = min[dimension]! + ((max[dimension]! - min[dimension]!) * step) / (steps - 1)
    }
  })
  return codes
}
