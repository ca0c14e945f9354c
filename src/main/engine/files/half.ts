/**
 * Half precision (IEEE 754 binary16) as its bits. A million values take some milliseconds; the package for it, which makes
 * arrays that look like typed ones, takes most of a second.
 */
const bits = new Uint32Array(1)
const value = new Float32Array(bits.buffer)

/** To the nearest, ties to even; what is too large becomes infinite. */
export function toHalf(values: Float32Array): Uint16Array {
  const from = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < from.length; i++) halves[i] = halfOf(from[i]!)
  return halves
}

function halfOf(single: number): number {
  const sign = (single >>> 16) & 0x8000
  const rest = single & 0x7fffffff
  if (rest > 0x7f800000) return sign | 0x7e00
  // From 65520 on there is nothing nearer than infinity.
  if (rest >= 0x477ff000) return sign | 0x7c00
  if (rest < 0x38800000) {
    // Below the normal numbers of half precision: steps of 2⁻²⁴. Adding 0.5 leaves those that fit, rounded.
    bits[0] = rest
    value[0] = value[0]! + 0.5
    return sign | (bits[0]! - 0x3f000000)
  }
  const odd = (rest >>> 13) & 1
  return sign | ((rest - 0x38000000 + 0xfff + odd) >>> 13)
}

let singles: Float32Array | null = null

/** What each bit pattern stands for. */
export function fromHalf(halves: Uint16Array): Float32Array {
  const table = (singles ??= Float32Array.from({ length: 0x10000 }, (_, half) => singleOf(half)))
  // Not `from`, which makes a list of them first.
  const values = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i]!]!
  return values
}

function singleOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** What the upper halves of float32 stand for. */
export function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = Uint32Array.from(halves, (half) => half << 16)
  return new Float32Array(bits.buffer)
}
