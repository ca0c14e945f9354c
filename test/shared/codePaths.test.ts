import { describe, expect, it } from 'vitest'
import { codePaths, interpolateCodes, interpolateGrid, traverseCode } from '../../src/shared/codePaths'

const a = Float32Array.from([0.1, -2.3, 4.7])
const b = Float32Array.from([3.3, 0.7, -1.9])
const row = (codes: Float32Array, i: number) => codes.slice(3 * i, 3 * i + 3)
const length = (code: Float32Array) => Math.hypot(...code)

describe.each(codePaths)('from one code to another: %s', (path) => {
  it('passes through its ends exactly', () => {
    const codes = interpolateCodes(a, b, 7, path)
    expect(row(codes, 0)).toEqual(a)
    expect(row(codes, 6)).toEqual(b)
  })

  it('has four codes as the corners of a grid', () => {
    const c = Float32Array.from([1, 1, 1])
    const d = Float32Array.from([-5, 0, 2])
    const codes = interpolateGrid([a, b, c, d], 3, 4, path)
    expect([0, 3, 8, 11].map((i) => row(codes, i))).toEqual([a, b, c, d])
  })

  it('stays where both ends are the same, and finds a way between opposite ones', () => {
    expect(interpolateCodes(a, a, 3, path)).toEqual(Float32Array.from([...a, ...a, ...a]))
    const opposite = interpolateCodes(
      a,
      a.map((x) => -x),
      3,
      path,
    )
    expect(opposite.every(Number.isFinite)).toBe(true)
  })
})

it('spherical: lengths change evenly, and every step turns by the same angle', () => {
  const codes = interpolateCodes(a, b, 5, 'spherical')
  const steps = [0, 1, 2, 3, 4].map((i) => row(codes, i))
  const angle = (x: Float32Array, y: Float32Array) =>
    Math.acos(x.reduce((sum, value, i) => sum + value * y[i]!, 0) / (length(x) * length(y)))
  const turn = angle(a, b) / 4
  for (let i = 0; i < 4; i++) expect(angle(steps[i]!, steps[i + 1]!)).toBeCloseTo(turn, 4)
  expect(length(steps[2]!)).toBeCloseTo((length(a) + length(b)) / 2, 4)
})

it('a traversal moves one number a row over its range and leaves the others', () => {
  const range = { min: Float32Array.from([-1, -2, -3]), max: Float32Array.from([1, 2, 3]) }
  const codes = traverseCode(a, [2, 0], range, 3)
  expect(Array.from({ length: 6 }, (_, i) => [...row(codes, i)])).toEqual(
    [
      [a[0], a[1], -3],
      [a[0], a[1], 0],
      [a[0], a[1], 3],
      [-1, a[1], a[2]],
      [0, a[1], a[2]],
      [1, a[1], a[2]],
    ].map((code) => code.map((value) => Math.fround(value!))),
  )
})
