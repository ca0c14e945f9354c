import type { Decode, Derivatives } from '../../../engine/compression/analyse'
import { type DimensionPrior, fitPriors } from '../../../engine/compression/codeModel'
import { type ChosenRows, chooseRows, type Coordinates } from '../../../engine/compression/imageCoder'
import { meanPsnr } from './fitCodec'

/** Images on which a step is tried, with their places. */
export interface Trial {
  /** count × inputs. */
  readonly images: Float32Array
  readonly known: readonly Derivatives[]
  readonly decode: Decode
  readonly polish: boolean
}

/** What a step makes of the images. */
export interface Tried extends ChosenRows {
  readonly coordinates: Coordinates
  readonly priors: DimensionPrior[]
  readonly psnr: number
}

/** Steps are looked for until the PSNR is this near, in dB. */
const near = 0.02
const mostTries = 9

const firstPriors = ({ axes, details }: Coordinates): DimensionPrior[] =>
  Array.from({ length: axes.count + details.count }, (_, i) => ({
    zero: i < axes.count ? 70 : 235,
    goesOn: 100,
    partner: i,
  }))

/** Chooses numbers twice: what they cost is known only once some are chosen. */
export async function tryStep(
  coordinates: Coordinates,
  { images, known, decode, polish }: Trial,
  from?: readonly DimensionPrior[],
): Promise<Tried> {
  const width = coordinates.axes.count + coordinates.details.count
  const begin = from ?? firstPriors(coordinates)
  const first = await chooseRows(coordinates, decode, images, known, { priors: begin, polish: false })
  const priors = fitPriors(first.rows, width, false)
  const chosen = await chooseRows(coordinates, decode, images, known, { priors, polish })
  const psnr = meanPsnr(chosen.drawn, images, coordinates.inputs)
  return { ...chosen, coordinates, priors: fitPriors(chosen.rows, width, false), psnr }
}

export interface StepSearch {
  /** A first guess, and the finest that is of use. */
  readonly start: number
  readonly least: number
  /** How far above the PSNR is near enough, in dB. */
  readonly within?: number
}

/**
 * The largest step that gives the images a PSNR, by halving the interval in its logarithm.
 *
 * @param at coordinates of a step
 * @returns the finest one tried where none gives it
 */
export async function findStep(
  at: (step: number) => Coordinates,
  trial: Trial,
  psnr: number,
  { start, least, within = near }: StepSearch,
): Promise<Tried> {
  let fine: Tried | null = null
  let coarse: Tried | null = null
  let step = start
  let last: Tried | null = null
  for (let tries = 0; tries < mostTries; tries++) {
    const same = last && last.priors.length === at(step).axes.count + at(step).details.count
    last = await tryStep(at(step), trial, same ? last!.priors : undefined)
    if (last.psnr >= psnr) fine = last
    else coarse = last
    if (fine && fine.psnr < psnr + within) return fine
    if (fine && coarse) step = between(fine, coarse, psnr, within)
    else if (fine) step *= 1.5
    else if (step <= least) return last
    else step = Math.max(least, step / 1.5)
  }
  return fine ?? last!
}

/** Where a line between two tries has the PSNR, a little finer, and not too near to either. */
function between(fine: Tried, coarse: Tried, psnr: number, within: number): number {
  const a = Math.log(fine.coordinates.step)
  const b = Math.log(coarse.coordinates.step)
  const share = (fine.psnr - psnr - within / 2) / Math.max(1e-9, fine.psnr - coarse.psnr)
  return Math.exp(a + (b - a) * Math.min(0.92, Math.max(0.04, share)))
}
