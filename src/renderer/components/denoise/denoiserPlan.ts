import { type Preprocessing, preprocessingSchema } from '../../../shared/dataset'
import type { NoiseSpec } from '../../../shared/noise'
import type { Budget } from '../../../shared/plan'

/** What was measured of one picture. */
export interface MeasuredPicture {
  readonly channels: number
  /** In each channel of colour, on the 0-255 scale; null where the picture is too small to tell. */
  readonly sigmas: readonly number[] | null
}

/** Pictures whose noise is measured: reading one of 24 megapixels takes a second. */
const mostMeasured = 8
/** Where nothing could be measured: what the built-in models are made for. */
const widest = { min: 0, max: 55 }
/** How far beyond what was measured a denoiser should know its way. */
const [below, above, least] = [0.7, 1.3, 2]

/** A few of many, spread evenly. */
export function spread<T>(all: readonly T[], most = mostMeasured): T[] {
  const count = Math.min(most, all.length)
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!)
}

/** The noise that a denoiser for pictures like these is taught to remove: a range around what was measured. */
export function noiseAround(measured: readonly MeasuredPicture[]): NoiseSpec {
  const sigmas = measured.flatMap((one) => {
    const own = one.sigmas ?? []
    return own.length > 0 ? own.reduce((sum, sigma) => sum + sigma, 0) / own.length : []
  })
  if (sigmas.length === 0) return { kind: 'gaussian', ...widest }
  const [lowest, highest] = [Math.min(...sigmas), Math.max(...sigmas)]
  return {
    kind: 'gaussian',
    min: Math.max(0, Math.floor(Math.min(below * lowest, lowest - least))),
    max: Math.min(255, Math.ceil(Math.max(above * highest, highest + least))),
  }
}

/** In colour where any of the pictures is. */
export const isColour = (measured: readonly MeasuredPicture[]): boolean =>
  measured.length === 0 || measured.some(({ channels }) => channels >= 3)

/** How clean pictures are read for it: places out of each, larger than what is trained on so that it can be shifted. */
export const readAsPatches = (inColour: boolean): Preprocessing =>
  preprocessingSchema.parse({
    width: 128,
    height: 128,
    labels: 'none',
    color: inColour ? 'rgb' : 'grey',
    patches: { mode: 'random', count: 16 },
  })

export const denoiserPreset = 'denoise-conv'
/** The times that can be chosen; others can be set before the training is started. */
export const denoiserBudgets = ['1m', '10m', '1h'] as const satisfies readonly Budget[]
export const usualDenoiserBudget: (typeof denoiserBudgets)[number] = '10m'
