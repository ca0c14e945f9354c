/**
 * At most some `most` points of a curve that looks the same: of each stretch the lowest and the highest, in their order.
 * Values that are no number are left out.
 */
export function decimate(
  xs: readonly number[],
  ys: readonly (number | null)[],
  most: number,
): [number, number][] {
  const points: [number, number][] = []
  const stretch = Math.max(1, Math.ceil((2 * xs.length) / most))
  if (stretch <= 2) {
    for (let i = 0; i < xs.length; i++) if (isNumber(ys[i])) points.push([xs[i]!, ys[i] as number])
    return points
  }
  for (let from = 0; from < xs.length; from += stretch) {
    let low = -1
    let high = -1
    for (let i = from; i < Math.min(xs.length, from + stretch); i++) {
      if (!isNumber(ys[i])) continue
      if (low < 0 || (ys[i] as number) < (ys[low] as number)) low = i
      if (high < 0 || (ys[i] as number) > (ys[high] as number)) high = i
    }
    for (const i of low === high ? [low] : [Math.min(low, high), Math.max(low, high)])
      if (i >= 0) points.push([xs[i]!, ys[i] as number])
  }
  return points
}

const isNumber = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && Number.isFinite(value)
