import { describe, expect, it } from 'vitest'
import {
  cloud,
  dot,
  errorOf,
  lengthOf,
  principalAxis,
  pseudoInverseOf,
  scaled,
  throughCode,
  tiedGradient,
  trained,
  type Vector,
} from '../../src/renderer/components/experiments/linearCase'

const points = cloud(60)

describe('two inputs and one number', () => {
  it('have a transpose that is the pseudo-inverse where the vector has length 1', () => {
    const unit: Vector = [0.6, 0.8]
    expect(pseudoInverseOf(unit)[0]).toBeCloseTo(0.6)
    expect(pseudoInverseOf(scaled(unit, 2))).not.toEqual(scaled(unit, 2))
    const w = scaled(unit, 2)
    // W⁺ undoes W for what lies on its line.
    expect(throughCode(unit, w, pseudoInverseOf(w))[1]).toBeCloseTo(0.8)
  })

  it('have a gradient that finite differences confirm', () => {
    const w: Vector = [0.4, 0.9]
    const e = 1e-5
    const tied = (v: Vector) => errorOf(points, v, v)
    const [a, b] = tiedGradient(points, w)
    expect(a).toBeCloseTo((tied([w[0] + e, w[1]]) - tied([w[0] - e, w[1]])) / (2 * e), 4)
    expect(b).toBeCloseTo((tied([w[0], w[1] + e]) - tied([w[0], w[1] - e])) / (2 * e), 4)
  })

  it('end, trained tied, at length 1 and on the first principal component', () => {
    let w: Vector = [0.25, 0.75]
    for (let step = 0; step < 3000; step++) w = trained(points, w)
    const axis = principalAxis(points)
    expect(lengthOf(w)).toBeCloseTo(1, 3)
    expect(Math.abs(dot(w, axis))).toBeCloseTo(1, 3)
    expect(errorOf(points, w, w)).toBeCloseTo(errorOf(points, axis, axis), 4)
  })
})
