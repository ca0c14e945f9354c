import { thresholdFor } from '../../../shared/anomalyFigures'

/** Smaller scores than this are as good as none. */
export const leastScore = 1e-9
/** Standard deviations of a normal distribution between its median and its ninth decile. */
const decileSigma = 1.2815515655446004

export interface CalibrationState {
  readonly median: number
  readonly spread: number
  /** Whether scores are spread evenly as they are, and not in the logarithm. */
  readonly isEven: boolean
}

/**
 * Where the scores of normal images lie, so that different kinds of scores can be put together: in the logarithm 0 is
 * their median, and 1 as far above it as one standard deviation would be, told from the ninth decile. A few odd ones
 * among them move neither. Scores that are spread evenly as they are stay as they are.
 */
export class Calibration {
  private constructor(
    /** By which it is made again. */
    readonly state: CalibrationState,
  ) {}

  static fit(normal: ArrayLike<number>, isEven = false): Calibration {
    const sorted = Float64Array.from(normal, (score) => scaled(score, isEven)).sort()
    const median = thresholdFor(sorted, 0.5)
    const spread = Math.max(1e-3, (thresholdFor(sorted, 0.1) - median) / decileSigma)
    return new Calibration({ median, spread, isEven })
  }

  static restore(state: CalibrationState): Calibration {
    return new Calibration(state)
  }

  of(score: number): number {
    const { median, spread, isEven } = this.state
    return (scaled(score, isEven) - median) / spread
  }
}

const scaled = (score: number, isEven: boolean) => (isEven ? score : Math.log(Math.max(score, leastScore)))

/**
 * The threshold that a rate of false alarms asks for where some of the images are odd: from the median and the ninth
 * decile, as if normal scores were normally distributed, since the largest ones may be those of odd images.
 *
 * @param sorted ascending
 */
export function robustThreshold(sorted: ArrayLike<number>, falseAlarms: number): number {
  const median = thresholdFor(sorted, 0.5)
  const sigma = (thresholdFor(sorted, 0.1) - median) / decileSigma
  return median + normalQuantile(1 - Math.min(0.5, Math.max(1e-6, falseAlarms))) * Math.max(sigma, 1e-9)
}

/** Quantile of the standard normal distribution for p ≥ 0.5 (Abramowitz & Stegun 1964, 26.2.23; error below 4.5e-4). */
function normalQuantile(p: number): number {
  if (p <= 0.5) return 0
  const t = Math.sqrt(-2 * Math.log(1 - p))
  return (
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3)
  )
}
