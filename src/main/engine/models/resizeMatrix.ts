import type { NodeOf } from '../../../shared/network'

export interface Resize extends Pick<
  NodeOf<'resize'>,
  'interpolation' | 'coordinates' | 'rounding' | 'coefficient' | 'likeTensorflow'
> {
  readonly scale: number
}

/** How much of each of `length` pixels is in each of `made`: length × made, row by row (ONNX, Resize). */
export function resizeMatrix(length: number, made: number, how: Resize): number[] {
  const matrix = new Array<number>(length * made).fill(0)
  const put = (pixel: number, to: number, share: number) => {
    const from = Math.min(length - 1, Math.max(0, pixel))
    matrix[from * made + to]! += share
  }
  for (let i = 0; i < made; i++) {
    const at = place(i, length, made, how)
    if (how.interpolation === 'nearest') put(roundings[how.rounding](at), i, 1)
    else if (how.interpolation === 'linear') {
      const inside = Math.min(length - 1, Math.max(0, at))
      const before = Math.floor(inside)
      put(before, i, 1 - (inside - before))
      put(before + 1, i, inside - before)
    } else cubicShares(at, length, how).forEach(([pixel, share]) => put(pixel, i, share))
  }
  return matrix
}

function cubicShares(at: number, length: number, how: Resize): [number, number][] {
  const before = Math.floor(at)
  const between = how.likeTensorflow ? Math.round((at - before) * 1024) / 1024 : at - before
  const shares = [-1, 0, 1, 2].map((tap): [number, number] => [
    before + tap,
    cubic(Math.abs(between - tap), how.coefficient),
  ])
  if (!how.likeTensorflow) return shares
  const inside = shares.filter(([pixel]) => pixel >= 0 && pixel < length)
  const whole = inside.reduce((sum, [, share]) => sum + share, 0)
  return inside.map(([pixel, share]) => [pixel, share / whole])
}

function place(i: number, length: number, made: number, { coordinates, scale }: Resize): number {
  switch (coordinates) {
    case 'half-pixel':
      return (i + 0.5) / scale - 0.5
    case 'asymmetric':
      return i / scale
    case 'align-corners':
      return made === 1 ? 0 : (i * (length - 1)) / (made - 1)
    case 'pixel-centre':
      return (i + 0.5) / scale
  }
}

/** Just below a whole number counts as it. */
const close = 1e-5

const roundings = {
  floor: (at: number) => Math.floor(at + close),
  ceil: (at: number) => Math.ceil(at - close),
  'prefer-floor': (at: number) => Math.ceil(at - 0.5 - close),
  'prefer-ceil': (at: number) => Math.floor(at + 0.5 + close),
} as const

/** Keys 1981: within one pixel, and within two. */
function cubic(d: number, a: number): number {
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0
}
