import type { ColorImage } from './colorImage'

export interface JpegSettings {
  /** 1..100, as libjpeg counts it. */
  readonly quality: number
  /** Whether differences of colours are kept at half the height and width (4:2:0). */
  readonly halvesColor: boolean
  /** Where the grid of blocks begins above and to the left of the image, 0..15: a crop of a larger picture begins anywhere. */
  readonly top: number
  readonly left: number
}

/** Annex K of ITU-T T.81, row by row. */
const brightnessTable = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]
const colorTable = [
  17,
  18,
  24,
  47,
  99,
  99,
  99,
  99,
  18,
  21,
  26,
  66,
  99,
  99,
  99,
  99,
  24,
  26,
  56,
  99,
  99,
  99,
  99,
  99,
  47,
  66,
  99,
  99,
  99,
  99,
  99,
  99,
  ...new Array<number>(32).fill(99),
]

/** The 8 × 8 DCT-II, orthonormal. */
const basis = Float32Array.from({ length: 64 }, (_, i) => {
  const [u, x] = [i >> 3, i & 7]
  return Math.sqrt((u === 0 ? 1 : 2) / 8) * Math.cos(((2 * x + 1) * u * Math.PI) / 16)
})

/**
 * What an image is after it was saved as a JPEG and read again: quantised in blocks of 8 × 8, clipped and rounded to 8 bits.
 * Entropy coding loses nothing and is left out, so no codec is needed within training.
 */
export function throughJpeg(
  image: ColorImage,
  { quality, halvesColor, top, left }: JpegSettings,
): ColorImage {
  const { height, width } = image
  const cell = halvesColor ? 16 : 8
  const [above, before] = [top % cell, left % cell]
  const padded = {
    height: Math.ceil((height + above) / cell) * cell,
    width: Math.ceil((width + before) / cell) * cell,
  }
  const planes = toYcc(image, padded.height, padded.width, above, before)
  const tables = [quantisers(brightnessTable, quality), quantisers(colorTable, quality)] as const
  planes.forEach((plane, p) => {
    if (p === 0 || !halvesColor) quantise(plane, padded.height, padded.width, tables[p === 0 ? 0 : 1])
    else {
      const [h, w] = [padded.height / 2, padded.width / 2]
      const small = halved(plane, h, w)
      quantise(small, h, w, tables[1])
      doubled(small, h, w, plane)
    }
  })
  return fromYcc(planes, padded.width, { height, width, above, before })
}

/**
 * The same of an image in grey, or of the brightness of one in colour, which files of both kinds quantise alike.
 *
 * @param plane row-major, where 1 is white
 */
export function greyThroughJpeg(
  plane: Float32Array,
  { height, width }: { readonly height: number; readonly width: number },
  { quality, top, left }: Omit<JpegSettings, 'halvesColor'>,
): Float32Array {
  const [above, before] = [top % 8, left % 8]
  const rows = Math.ceil((height + above) / 8) * 8
  const columns = Math.ceil((width + before) / 8) * 8
  const padded = new Float32Array(rows * columns)
  for (let row = 0, to = 0; row < rows; row++) {
    const from = Math.min(height - 1, Math.max(0, row - above)) * width
    for (let column = 0; column < columns; column++, to++)
      padded[to] = 255 * plane[from + Math.min(width - 1, Math.max(0, column - before))]! - 128
  }
  quantise(padded, rows, columns, quantisers(brightnessTable, quality))
  const result = new Float32Array(height * width)
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0, i = (y + above) * columns + before; x < width; x++, i++, to++)
      result[to] = Math.min(255, Math.max(0, Math.round(padded[i]! + 128))) / 255
  return result
}

/** Quantisers of brightness, row by row, as libjpeg scales them to a quality. */
export const brightnessQuantisers = (quality: number): Float32Array => quantisers(brightnessTable, quality)

/** Scaled as libjpeg does (jpeg_quality_scaling). */
function quantisers(table: readonly number[], quality: number): Float32Array {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
  return Float32Array.from(table, (value) =>
    Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100))),
  )
}

function toYcc(
  { height, width, planes: [red, green, blue] }: ColorImage,
  rows: number,
  columns: number,
  above: number,
  before: number,
): [Float32Array, Float32Array, Float32Array] {
  const size = rows * columns
  const [y, cb, cr] = [new Float32Array(size), new Float32Array(size), new Float32Array(size)]
  for (let row = 0, to = 0; row < rows; row++) {
    const from = Math.min(height - 1, Math.max(0, row - above)) * width
    for (let column = 0; column < columns; column++, to++) {
      const i = from + Math.min(width - 1, Math.max(0, column - before))
      const [r, g, b] = [255 * red[i]!, 255 * green[i]!, 255 * blue[i]!]
      const value = 0.299 * r + 0.587 * g + 0.114 * b
      y[to] = value - 128
      cb[to] = 0.564 * (b - value)
      cr[to] = 0.713 * (r - value)
    }
  }
  return [y, cb, cr]
}

function fromYcc(
  [luma, cb, cr]: readonly [Float32Array, Float32Array, Float32Array],
  stride: number,
  { height, width, above, before }: { height: number; width: number; above: number; before: number },
): ColorImage {
  const plane = () => new Float32Array(height * width)
  const planes = [plane(), plane(), plane()] as const
  const byte = (value: number) => Math.min(255, Math.max(0, Math.round(value))) / 255
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0, i = (y + above) * stride + before; x < width; x++, i++, to++) {
      const value = luma[i]! + 128
      const [r, b] = [value + cr[i]! / 0.713, value + cb[i]! / 0.564]
      planes[0][to] = byte(r)
      planes[1][to] = byte((value - 0.299 * r - 0.114 * b) / 0.587)
      planes[2][to] = byte(b)
    }
  return { height, width, planes }
}

function halved(plane: Float32Array, height: number, width: number): Float32Array {
  const small = new Float32Array(height * width)
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0, i = 4 * y * width; x < width; x++, i += 2, to++)
      small[to] = (plane[i]! + plane[i + 1]! + plane[i + 2 * width]! + plane[i + 2 * width + 1]!) / 4
  return small
}

/** The triangle filter that libjpeg calls fancy upsampling. */
function doubled(small: Float32Array, height: number, width: number, into: Float32Array): void {
  for (let y = 0, to = 0; y < 2 * height; y++) {
    const near = (y >> 1) * width
    const far = Math.min(height - 1, Math.max(0, (y >> 1) + (y & 1 ? 1 : -1))) * width
    for (let x = 0; x < 2 * width; x++, to++) {
      const column = x >> 1
      const beside = Math.min(width - 1, Math.max(0, column + (x & 1 ? 1 : -1)))
      const a = 3 * small[near + column]! + small[far + column]!
      const b = 3 * small[near + beside]! + small[far + beside]!
      into[to] = (3 * a + b) / 16
    }
  }
}

const block = new Float32Array(64)
const turned = new Float32Array(64)

function quantise(plane: Float32Array, height: number, width: number, table: Float32Array): void {
  for (let top = 0; top < height; top += 8)
    for (let left = 0; left < width; left += 8) {
      const start = top * width + left
      for (let y = 0; y < 8; y++) block.set(plane.subarray(start + y * width, start + y * width + 8), y * 8)
      transform(block, turned, false)
      transform(turned, block, false)
      for (let i = 0; i < 64; i++) block[i] = Math.round(block[i]! / table[i]!) * table[i]!
      transform(block, turned, true)
      transform(turned, block, true)
      for (let y = 0; y < 8; y++) plane.set(block.subarray(y * 8, y * 8 + 8), start + y * width)
    }
}

/** Transforms each row and transposes: twice of it is the transform in two dimensions. */
function transform(from: Float32Array, to: Float32Array, isInverse: boolean): void {
  for (let row = 0; row < 8; row++)
    for (let u = 0; u < 8; u++) {
      let sum = 0
      for (let x = 0; x < 8; x++)
        sum += from[row * 8 + x]! * (isInverse ? basis[x * 8 + u]! : basis[u * 8 + x]!)
      to[u * 8 + row] = sum
    }
}
