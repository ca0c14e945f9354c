import { type InputShape, inputSize } from '../../../shared/modelSpec'

export const windowSize = 11
const sigma = 1.5
export const c1 = 0.01 ** 2
export const c2 = 0.03 ** 2

/**
 * SSIM of each image of a batch (Wang, Bovik, Sheikh, Simoncelli 2004, equation 13): 11 × 11 Gaussian window of sigma
 * 1.5, K1 0.01, K2 0.03, dynamic range 1, population covariance; the mean over every place where the whole window
 * fits, and over the channels. The same as skimage.metrics.structural_similarity(gaussian_weights=True, sigma=1.5,
 * use_sample_covariance=False, data_range=1).
 *
 * An image lower or narrower than 11 pixels gets the largest odd window that fits it, with the same sigma.
 *
 * @param clean,other batch × height × width × channels, values in 0..1; not clipped here
 * @param out receives one value an image; made where absent
 */
export function ssimOfImages(
  clean: Float32Array,
  other: Float32Array,
  shape: InputShape,
  out = new Float64Array(clean.length / inputSize(shape)),
): Float64Array {
  const moments = createMoments(shape)
  const size = inputSize(shape)
  for (let image = 0; image * size < clean.length; image++) {
    let sum = 0
    for (let channel = 0; channel < shape.channels; channel++) {
      sum += ssimOfChannel(clean, other, image * size + channel, moments)
    }
    out[image] = sum / shape.channels
  }
  return out
}

/** The Gaussian window, and what remains of four maps after its horizontal pass; made once a batch. */
function createMoments({ height, width, channels }: InputShape) {
  const fitting = Math.min(windowSize, height, width)
  const weights = gaussianWindow(fitting % 2 === 1 ? fitting : fitting - 1)
  const validWidth = width - weights.length + 1
  const validHeight = height - weights.length + 1
  const map = () => new Float64Array(height * validWidth)
  return {
    height,
    width,
    channels,
    weights,
    validWidth,
    validHeight,
    x: map(),
    y: map(),
    squares: map(),
    products: map(),
  }
}
type Moments = ReturnType<typeof createMoments>

export function gaussianWindow(size: number): Float64Array {
  const half = (size - 1) / 2
  const weights = Float64Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - half) ** 2) / (2 * sigma * sigma)),
  )
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}

function ssimOfChannel(a: Float32Array, b: Float32Array, offset: number, moments: Moments): number {
  blurRows(a, b, offset, moments)
  return meanOfColumns(moments)
}

/** The horizontal pass over x, y, x² + y² (SSIM needs only the sum of the variances) and xy. */
function blurRows(a: Float32Array, b: Float32Array, offset: number, moments: Moments): void {
  const { height, width, channels, weights, validWidth } = moments
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < validWidth; column++) {
      let i = offset + (row * width + column) * channels
      let x = 0
      let y = 0
      let squares = 0
      let products = 0
      for (let tap = 0; tap < weights.length; tap++, i += channels) {
        const weight = weights[tap]!
        const p = a[i]!
        const q = b[i]!
        x += weight * p
        y += weight * q
        squares += weight * (p * p + q * q)
        products += weight * (p * q)
      }
      const at = row * validWidth + column
      moments.x[at] = x
      moments.y[at] = y
      moments.squares[at] = squares
      moments.products[at] = products
    }
  }
}

/**
 * 1 − SSIM at each place of one image, mean over the channels: height × width. Where the window does not fit, the nearest
 * place counts at which it does.
 */
export function dissimilarityMap(clean: Float32Array, other: Float32Array, shape: InputShape): Float32Array {
  const moments = createMoments(shape)
  const { validWidth, validHeight } = moments
  const sums = new Float64Array(validWidth * validHeight)
  for (let channel = 0; channel < shape.channels; channel++) {
    blurRows(clean, other, channel, moments)
    eachPlace(moments, (place, similarity) => (sums[place]! += (1 - similarity) / shape.channels))
  }
  const [left, top] = [(shape.width - validWidth) >> 1, (shape.height - validHeight) >> 1]
  const within = (i: number, length: number) => Math.min(length - 1, Math.max(0, i))
  return Float32Array.from({ length: shape.width * shape.height }, (_, i) => {
    const [x, y] = [i % shape.width, Math.floor(i / shape.width)]
    return sums[within(y - top, validHeight) * validWidth + within(x - left, validWidth)]!
  })
}

/** The mean of the similarity over all places. */
function meanOfColumns(moments: Moments): number {
  let sum = 0
  eachPlace(moments, (_, similarity) => (sum += similarity))
  return sum / (moments.validHeight * moments.validWidth)
}

/** The vertical pass, and the similarity at each place. */
function eachPlace(moments: Moments, visit: (place: number, similarity: number) => void): void {
  const { weights, validWidth, validHeight } = moments
  for (let place = 0; place < validHeight * validWidth; place++) {
    let x = 0
    let y = 0
    let squares = 0
    let products = 0
    for (let tap = 0, i = place; tap < weights.length; tap++, i += validWidth) {
      const weight = weights[tap]!
      x += weight * moments.x[i]!
      y += weight * moments.y[i]!
      squares += weight * moments.squares[i]!
      products += weight * moments.products[i]!
    }
    const means = x * x + y * y
    const similarity =
      ((2 * x * y + c1) * (2 * (products - x * y) + c2)) / ((means + c1) * (squares - means + c2))
    visit(place, similarity)
  }
}
