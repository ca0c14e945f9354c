import type { NoiseKind } from '../../../shared/noise'

interface NoiseScale {
  /** Weakest and strongest that a slider offers; photons are fewer the stronger the noise is. */
  readonly least: number
  readonly most: number
  readonly usual: number
  readonly digits: number
  readonly isLogarithmic: boolean
}

export const noiseScales: Record<NoiseKind, NoiseScale> = {
  pairs: { least: 0, most: 0, usual: 0, digits: 0, isLogarithmic: false },
  gaussian: { least: 1, most: 100, usual: 25, digits: 0, isLogarithmic: false },
  poisson: { least: 1000, most: 1, usual: 30, digits: 0, isLogarithmic: true },
  'salt-and-pepper': { least: 0.01, most: 0.6, usual: 0.1, digits: 2, isLogarithmic: false },
  masking: { least: 0.01, most: 0.9, usual: 0.3, digits: 2, isLogarithmic: false },
  camera: { least: 0.1, most: 3, usual: 1, digits: 1, isLogarithmic: false },
  damage: { least: 0.5, most: 4, usual: 2, digits: 1, isLogarithmic: false },
  jpeg: { least: 90, most: 5, usual: 20, digits: 0, isLogarithmic: false },
  holes: { least: 0.01, most: 0.6, usual: 0.2, digits: 2, isLogarithmic: false },
  scratches: { least: 1, most: 12, usual: 3, digits: 0, isLogarithmic: false },
  text: { least: 1, most: 12, usual: 3, digits: 0, isLogarithmic: false },
  lines: { least: 1, most: 12, usual: 3, digits: 0, isLogarithmic: false },
  dust: { least: 1, most: 60, usual: 15, digits: 0, isLogarithmic: false },
  blur: { least: 0.3, most: 5, usual: 1, digits: 1, isLogarithmic: false },
  motion: { least: 2, most: 20, usual: 7, digits: 0, isLogarithmic: false },
  defocus: { least: 0.5, most: 6, usual: 2, digits: 1, isLogarithmic: false },
  'low-resolution': { least: 1.5, most: 4, usual: 2, digits: 1, isLogarithmic: false },
  fading: { least: 0.05, most: 0.9, usual: 0.4, digits: 2, isLogarithmic: false },
  speckle: { least: 0.02, most: 1, usual: 0.3, digits: 2, isLogarithmic: false },
}

/** The strength at a place of the slider, 0 (weakest) to 1. */
export function strengthAt(kind: NoiseKind, place: number): number {
  const { least, most, digits, isLogarithmic } = noiseScales[kind]
  const value = isLogarithmic ? least * (most / least) ** place : least + (most - least) * place
  return Number(value.toFixed(digits))
}

/** Where a strength lies on the slider, within 0..1. */
export function strengthPlace(kind: NoiseKind, strength: number): number {
  const { least, most, isLogarithmic } = noiseScales[kind]
  const place = isLogarithmic
    ? Math.log(strength / least) / Math.log(most / least)
    : (strength - least) / (most - least)
  return Math.min(1, Math.max(0, place))
}
