/** A float32 as the fewest of nine digits that tell it from its neighbours. */
export const shortest = (value: number): string => String(Number(value.toPrecision(9)))

/** The longest is -1.23456789e-45. */
const longest = 16
const [zero, point, minus] = [48, 46, 45]
/** Powers of ten by which numbers from 0.1, 0.01, … on become nine digits. */
const scales = [1e9, 1e10, 1e11, 1e12, 1e13, 1e14]

/**
 * Numbers as text, with commas between them: each as `shortest` gives it, where it takes a tenth of the time, which is for
 * those that weights are: between a millionth and one.
 */
export function decimals(values: Float32Array): Uint8Array {
  const text = new Uint8Array(values.length * (longest + 1))
  let at = 0
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text[at++] = 44
    at = writeDecimal(text, at, values[i]!)
  }
  return text.subarray(0, at)
}

function writeDecimal(text: Uint8Array, at: number, value: number): number {
  const size = Math.abs(value)
  if (!(size >= 1e-6 && size < 1)) {
    const slow = shortest(value)
    for (let i = 0; i < slow.length; i++) text[at++] = slow.charCodeAt(i)
    return at
  }
  let power = 0
  while (size * scales[power]! < 1e8) power++
  let digits = Math.round(size * scales[power]!) | 0
  let places = 9 + power
  for (; digits % 10 === 0; places--) digits = (digits / 10) | 0
  if (value < 0) text[at++] = minus
  text[at++] = zero
  text[at++] = point
  for (let i = places - 1; i >= 0; i--) {
    text[at + i] = zero + (digits % 10)
    digits = (digits / 10) | 0
  }
  return at + places
}
