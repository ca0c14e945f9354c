/** Means are counted in so many boxes between black and white. */
const boxes = 64
const bisections = 24
/** Noise above this is taken for this. */
const maxSigma = 1

/**
 * Gaussian noise before it was cut off at 0 and 1, from what was measured after: the sigma at which the variance of
 * clipped Gaussians, averaged over the image's brightness, is the one measured. Their moments: Foi 2009, "Clipped noisy
 * images: heteroskedastic modeling and practical denoising", with noise of the same sigma everywhere.
 *
 * @param measured sigma after clipping, where 1 is white
 * @param means brightness of each patch after clipping
 */
export function clippedNoise(measured: number, means: Float32Array): number {
  const histogram = new Float64Array(boxes)
  for (const mean of means)
    histogram[Math.min(boxes - 1, Math.max(0, Math.floor(mean * boxes)))]! += 1 / means.length
  const variance = measured * measured
  let [low, high] = [measured, Math.min(maxSigma, 4 * measured)]
  for (let i = 0; i < bisections; i++) {
    const sigma = (low + high) / 2
    if (meanVariance(sigma, histogram) < variance) low = sigma
    else high = sigma
  }
  return (low + high) / 2
}

function meanVariance(sigma: number, histogram: Float64Array): number {
  let sum = 0
  for (let i = 0; i < boxes; i++)
    if (histogram[i])
      sum += histogram[i]! * clippedMoments(brightness((i + 0.5) / boxes, sigma), sigma).variance
  return sum
}

/** What was clipped to a mean of `clipped`. */
function brightness(clipped: number, sigma: number): number {
  let [low, high] = [-2 * sigma, 1 + 2 * sigma]
  for (let i = 0; i < bisections; i++) {
    const mean = (low + high) / 2
    if (clippedMoments(mean, sigma).mean < clipped) low = mean
    else high = mean
  }
  return (low + high) / 2
}

/** Mean and variance of a Gaussian whose values below 0 are 0, and above 1 are 1. */
export function clippedMoments(mean: number, sigma: number): { mean: number; variance: number } {
  const a = -mean / sigma
  const b = (1 - mean) / sigma
  const inside = cumulative(b) - cumulative(a)
  const above = 1 - cumulative(b)
  const first = mean * inside + sigma * (density(a) - density(b)) + above
  const second =
    (mean * mean + sigma * sigma) * inside +
    2 * mean * sigma * (density(a) - density(b)) +
    sigma * sigma * (a * density(a) - b * density(b)) +
    above
  return { mean: first, variance: Math.max(0, second - first * first) }
}

const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)

/** Abramowitz & Stegun 7.1.26, right to 1.5e-7. */
function cumulative(x: number): number {
  const z = Math.abs(x) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * z)
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const erf = 1 - poly * Math.exp(-z * z)
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2
}
