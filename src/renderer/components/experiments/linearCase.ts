/**
 * The smallest autoencoder: two inputs, one number as the code, no activation. The encoder is a vector w, code = w·x, and the
 * decoder a vector d, output = code·d.
 */

export type Vector = readonly [number, number]

export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1]
export const lengthOf = (a: Vector): number => Math.hypot(a[0], a[1])
export const scaled = (a: Vector, factor: number): Vector => [a[0] * factor, a[1] * factor]

/** w⁺ = w / (w·w) as a column: the shortest vector whose code is 1. */
export const pseudoInverseOf = (w: Vector): Vector => scaled(w, 1 / Math.max(1e-9, dot(w, w)))

/** How the decoder follows the encoder. */
export type LinearDecoder = 'transpose' | 'pseudo-inverse'
export const decoderOf = (w: Vector, kind: LinearDecoder): Vector =>
  kind === 'transpose' ? w : pseudoInverseOf(w)

export const throughCode = (x: Vector, w: Vector, d: Vector): Vector => scaled(d, dot(w, x))

/** Mean squared error of the cloud, a point being two values. */
export function errorOf(points: readonly Vector[], w: Vector, d: Vector): number {
  let sum = 0
  for (const x of points) {
    const [a, b] = throughCode(x, w, d)
    sum += (a - x[0]) ** 2 + (b - x[1]) ** 2
  }
  return sum / (2 * points.length)
}

/** The gradient of the error of a tied pair, d = w: both uses of w add up. */
export function tiedGradient(points: readonly Vector[], w: Vector): Vector {
  let [a, b] = [0, 0]
  for (const x of points) {
    const code = dot(w, x)
    const rest: Vector = [code * w[0] - x[0], code * w[1] - x[1]]
    const along = dot(rest, w)
    a += code * rest[0] + along * x[0]
    b += code * rest[1] + along * x[1]
  }
  return [a / points.length, b / points.length]
}

/** One step of gradient descent of the tied pair. */
export function trained(points: readonly Vector[], w: Vector, rate = 0.08): Vector {
  const [a, b] = tiedGradient(points, w)
  return [w[0] - rate * a, w[1] - rate * b]
}

/** The first principal axis: of length 1, pointing to the right. */
export function principalAxis(points: readonly Vector[]): Vector {
  let [xx, xy, yy] = [0, 0, 0]
  for (const [x, y] of points) {
    xx += x * x
    xy += x * y
    yy += y * y
  }
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy)
  return [Math.cos(angle), Math.sin(angle)]
}

/** A cloud around 0, the same one each time, longer along one direction. */
export function cloud(count: number): Vector[] {
  const angle = 0.5
  const points: Vector[] = []
  for (let i = 0; i < count; i++) {
    // Two normal deviates from a low-discrepancy pair (Box and Muller 1958).
    const [u, v] = [((i + 0.5) * 0.754877666) % 1, ((i + 0.5) * 0.569840291) % 1]
    const radius = Math.sqrt(-2 * Math.log(Math.max(1e-6, u)))
    const [long, short] = [
      radius * Math.cos(2 * Math.PI * v) * 1.1,
      radius * Math.sin(2 * Math.PI * v) * 0.35,
    ]
    points.push([
      long * Math.cos(angle) - short * Math.sin(angle),
      long * Math.sin(angle) + short * Math.cos(angle),
    ])
  }
  return points
}
