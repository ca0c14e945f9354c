export interface Moments {
  readonly mean: number
  readonly variance: number
  readonly skewness: number
}

export function moments(values: ArrayLike<number>): Moments {
  const n = values.length
  const about = (centre: number, power: number) => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += (values[i]! - centre) ** power
    return sum / n
  }
  const mean = about(0, 1)
  const variance = about(mean, 2)
  return { mean, variance, skewness: about(mean, 3) / variance ** 1.5 }
}
