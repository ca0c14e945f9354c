/** How near points are in the layout, by their squared distance d²: 1 / (1 + a d^2b). */
export interface Curve {
  readonly a: number
  readonly b: number
}

const samples = 300
const farthest = 3
const rounds = 60

/**
 * The curve that comes nearest to 1 up to `minDistance` and e^−(d − minDistance) beyond (McInnes, Healy, Melville 2018,
 * definition 11), by the Gauss-Newton method on 300 distances from 0 to 3.
 */
export function fitCurve(minDistance: number): Curve {
  let [a, b] = [1.5, 0.9]
  for (let round = 0; round < rounds; round++) {
    let [aa, ab, bb, ra, rb] = [0, 0, 0, 0, 0]
    for (let i = 1; i < samples; i++) {
      const d = (farthest * i) / (samples - 1)
      const wanted = d <= minDistance ? 1 : Math.exp(minDistance - d)
      const power = d ** (2 * b)
      const value = 1 / (1 + a * power)
      const byA = -power * value * value
      const byB = -2 * a * Math.log(d) * power * value * value
      const residual = wanted - value
      aa += byA * byA
      ab += byA * byB
      bb += byB * byB
      ra += byA * residual
      rb += byB * residual
    }
    const determinant = aa * bb - ab * ab
    const stepA = (bb * ra - ab * rb) / determinant
    const stepB = (aa * rb - ab * ra) / determinant
    // Half a step at most, so that neither turns negative on the way.
    a = Math.max(a / 2, a + stepA)
    b = Math.max(b / 2, b + stepB)
    if (Math.abs(stepA) + Math.abs(stepB) < 1e-9) break
  }
  return { a, b }
}
