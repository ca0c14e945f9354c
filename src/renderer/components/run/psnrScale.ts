import type { Baselines } from '../../../shared/run'

export interface ScaleMark {
  readonly key: 'mean' | 'pca' | 'model'
  readonly psnr: number
  /** Its place on the scale, 0..1. */
  readonly at: number
}

/** Room at each end, as a share of the scale. */
const margin = 0.06

/** Where the mean image, PCA and the model stand between the lowest and the highest of them, lowest first. */
export function scaleMarks(baselines: Baselines, psnr: number | null): readonly ScaleMark[] {
  const values: readonly (readonly [ScaleMark['key'], number | null])[] = [
    ['mean', baselines.mean],
    ['pca', baselines.pca?.psnr ?? null],
    ['model', psnr],
  ]
  const known = values.filter((value): value is [ScaleMark['key'], number] => value[1] !== null)
  const all = known.map(([, value]) => value)
  const low = Math.min(...all)
  // Less than a decibel is not drawn as if it were a great distance.
  const span = Math.max(1, Math.max(...all) - low)
  return known
    .map(([key, value]) => ({ key, psnr: value, at: margin + (1 - 2 * margin) * ((value - low) / span) }))
    .sort((a, b) => a.psnr - b.psnr)
}
