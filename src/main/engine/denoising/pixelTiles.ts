import { rounded } from '../../../shared/rounded'
import { whiteOf } from '../imaging/pixelValues'
import { mirrored, type Place, type TiledImage } from './tiledImage'

/**
 * Row-major, height × width × channels; with an even number of channels the last is alpha. White is 255, 65535, or 1 in
 * floating point.
 */
export interface PixelImage {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 2 | 3 | 4
  readonly data: Uint8Array | Uint16Array | Float32Array
  /** What the picture uses of its values, where that is little of them: to a network this is black and white. */
  readonly range?: ValueRange | null
}

/** Values of a file: the picture's own black and white. Some values lie beyond them. */
export interface ValueRange {
  readonly black: number
  readonly white: number
}

/**
 * How colours go into a model: `together` where it takes as many as there are; `decorrelated` into a model of grey, as
 * brightness and two differences of colours, in which noise and picture come apart further than in red, green and blue;
 * `alike` from a picture in grey into a model of colours, all of them the same.
 */
export type ColorPlanes = 'together' | 'decorrelated' | 'alike'

export interface PixelTilesOptions {
  readonly planes: ColorPlanes
  /** What the difference from middle grey is multiplied by on the way in and divided by on the way out, of each plane. */
  readonly gains: readonly number[]
}

/** Channels of colour, without alpha. */
export const colorChannels = ({ channels }: Pick<PixelImage, 'channels'>): 1 | 3 => (channels < 3 ? 1 : 3)

/** What is 0 and what is 1 to a network. Results are clipped at the limits of the values all the same. */
export const rangeOf = (image: Pick<PixelImage, 'data' | 'range'>): ValueRange =>
  image.range ?? { black: 0, white: whiteOf(image) }

const middle = 0.5

/** So much of the range a network may see beyond it. */
const beyondRange = 0.25

/** Brightness, red against blue, green against both. The rows of the differences are of length 1, and keep the noise's strength. */
export const decorrelation = [
  [1 / 3, 1 / 3, 1 / 3],
  [Math.SQRT1_2, 0, -Math.SQRT1_2],
  [-1 / Math.sqrt(6), 2 / Math.sqrt(6), -1 / Math.sqrt(6)],
] as const
/** And back. */
export const recorrelation = [
  [1, Math.SQRT1_2, -1 / Math.sqrt(6)],
  [1, 0, 2 / Math.sqrt(6)],
  [1, -Math.SQRT1_2, -1 / Math.sqrt(6)],
] as const

/**
 * The noise of each plane, before gains.
 *
 * @param sigmas of each channel of colour
 * @param correlation of the noise of each with that of each; without it they are independent
 */
export function noiseOfPlanes(
  sigmas: readonly number[],
  planes: ColorPlanes,
  correlation?: readonly (readonly number[])[],
): number[] {
  // A model that takes all colours is told one level.
  if (planes !== 'decorrelated') return [Math.hypot(...sigmas) / Math.sqrt(sigmas.length)]
  return decorrelation.map((row) => {
    let variance = 0
    row.forEach((a, i) =>
      row.forEach((b, j) => {
        const alike = i === j ? 1 : (correlation?.[i]?.[j] ?? 0)
        variance += a * b * sigmas[i]! * sigmas[j]! * alike
      }),
    )
    return Math.sqrt(Math.max(0, variance))
  })
}

/** An image, and the one that takes the result: clipped and rounded if it is in integers. Alpha goes over as it is. */
export class PixelTiles implements TiledImage {
  readonly height: number
  readonly width: number
  readonly planes: number
  readonly channels: number
  private readonly colors: 1 | 3
  private readonly black: number
  private readonly span: number
  private readonly most: number | null

  constructor(
    private readonly image: PixelImage,
    private readonly result: PixelImage['data'],
    private readonly options: PixelTilesOptions,
  ) {
    this.height = image.height
    this.width = image.width
    this.colors = colorChannels(image)
    this.planes = options.planes === 'decorrelated' ? this.colors : 1
    this.channels = options.planes === 'alike' ? 3 : this.colors / this.planes
    const { black, white } = rangeOf(image)
    this.black = black
    this.span = white - black
    this.most = result instanceof Float32Array ? null : whiteOf(image)
  }

  read(plane: number, top: number, left: number, height: number, width: number): Float32Array {
    const { channels } = this.image
    const tile = new Float32Array(height * width * this.channels)
    const columns = Uint32Array.from({ length: width }, (_, x) => mirrored(left + x, this.width) * channels)
    for (let y = 0; y < height; y++) {
      const line = mirrored(top + y, this.height) * this.width * channels
      const into = tile.subarray(y * width * this.channels, (y + 1) * width * this.channels)
      if (this.options.planes === 'alike') this.readAlike(line, columns, into)
      else if (this.options.planes === 'together') this.readLine(line, columns, into)
      else this.readPlane(plane, line, columns, into)
    }
    return tile
  }

  private readLine(line: number, columns: Uint32Array, into: Float32Array): void {
    const { data } = this.image
    const { channels } = this
    const [scale, offset] = this.scaling(0)
    if (this.image.range) return this.readLineWithin(line, columns, into)
    if (channels === 1) {
      for (let x = 0; x < columns.length; x++) into[x] = offset + scale * data[line + columns[x]!]!
      return
    }
    for (let x = 0, at = 0; x < columns.length; x++)
      for (let c = 0; c < channels; c++) into[at++] = offset + scale * data[line + columns[x]! + c]!
  }

  private readAlike(line: number, columns: Uint32Array, into: Float32Array): void {
    const { data } = this.image
    const [scale, offset] = this.scaling(0)
    for (let x = 0; x < columns.length; x++) {
      const value = data[line + columns[x]!]!
      into.fill(offset + scale * (this.image.range ? this.within(value) : value), 3 * x, 3 * x + 3)
    }
  }

  private readPlane(plane: number, line: number, columns: Uint32Array, into: Float32Array): void {
    const { data } = this.image
    const [r, g, b] = decorrelation[plane]!
    const [scale, offset] = this.scaling(plane)
    if (this.image.range) {
      for (let x = 0; x < columns.length; x++) {
        const at = line + columns[x]!
        const [red, green, blue] = [
          this.within(data[at]!),
          this.within(data[at + 1]!),
          this.within(data[at + 2]!),
        ]
        into[x] = offset + scale * (r * red + g * green + b * blue)
      }
      return
    }
    for (let x = 0; x < columns.length; x++) {
      const at = line + columns[x]!
      into[x] = offset + scale * (r * data[at]! + g * data[at + 1]! + b * data[at + 2]!)
    }
  }

  private readLineWithin(line: number, columns: Uint32Array, into: Float32Array): void {
    const { data } = this.image
    const { channels } = this
    const [scale, offset] = this.scaling(0)
    for (let x = 0, at = 0; x < columns.length; x++)
      for (let c = 0; c < channels; c++)
        into[at++] = offset + scale * this.within(data[line + columns[x]! + c]!)
  }

  /** What is far beyond the range of the image would make waves around it in a network. See `put`. */
  private within(value: number): number {
    const room = beyondRange * this.span
    return Math.min(this.black + this.span + room, Math.max(this.black - room, value))
  }

  /** From values of the file to those of the model. Differences of colours are middle grey where there is none. */
  private scaling(plane: number): readonly [scale: number, offset: number] {
    const gain = this.options.gains[plane]!
    const scale = gain / this.span
    return [scale, plane === 0 ? middle * (1 - gain) - scale * this.black : middle]
  }

  write(tiles: readonly Float32Array[], { row, column, width }: Place): void {
    const { image, result, colors } = this
    const { channels } = image
    const length = Math.min(column.to, this.width) - column.from
    const line = new Float64Array(length * colors)
    for (let y = row.from; y < Math.min(row.to, this.height); y++) {
      const from = (y - row.start) * width + column.from - column.start
      if (this.options.planes === 'alike') this.writeAlike(tiles[0]!, from * 3, line)
      else if (this.planes === 1) this.writeTogether(tiles[0]!, from * colors, line)
      else this.writeDecorrelated(tiles, from, line)
      const to = (y * this.width + column.from) * channels
      this.put(line, to)
      if (channels > colors)
        for (let x = 0, at = to + colors; x < length; x++, at += channels) result[at] = image.data[at]!
    }
  }

  /** Values of a line, where 1 is white, into the result. */
  private put(line: Float64Array, to: number): void {
    const { result, colors, black, span, most, image } = this
    const { channels, data } = image
    if (image.range) {
      // What the network did not see comes back.
      for (let i = 0; i < line.length; i++) {
        const value = data[to + Math.floor(i / colors) * channels + (i % colors)]!
        line[i]! += (value - this.within(value)) / span
      }
    }
    if (channels === colors) {
      for (let i = 0; i < line.length; i++) result[to + i] = rounded(black + line[i]! * span, most)
      return
    }
    for (let i = 0, at = to; i < line.length; i += colors, at += channels)
      for (let c = 0; c < colors; c++) result[at + c] = rounded(black + line[i + c]! * span, most)
  }

  private writeTogether(tile: Float32Array, from: number, line: Float64Array): void {
    const scale = 1 / this.options.gains[0]!
    const offset = middle * (1 - scale)
    for (let i = 0; i < line.length; i++) line[i] = offset + scale * tile[from + i]!
  }

  private writeAlike(tile: Float32Array, from: number, line: Float64Array): void {
    const scale = 1 / this.options.gains[0]!
    const offset = middle * (1 - scale)
    for (let i = 0, at = from; i < line.length; i++, at += 3)
      line[i] = offset + (scale * (tile[at]! + tile[at + 1]! + tile[at + 2]!)) / 3
  }

  private writeDecorrelated(tiles: readonly Float32Array[], from: number, line: Float64Array): void {
    const [brightness, first, second] = tiles as [Float32Array, Float32Array, Float32Array]
    const [p, q, r] = this.options.gains as [number, number, number]
    const [red, green, blue] = recorrelation
    for (let i = 0, at = from; i < line.length; i += 3, at++) {
      const a = middle + (brightness[at]! - middle) / p
      const b = (first[at]! - middle) / q
      const d = (second[at]! - middle) / r
      line[i] = red[0] * a + red[1] * b + red[2] * d
      line[i + 1] = green[0] * a + green[1] * b + green[2] * d
      line[i + 2] = blue[0] * a + blue[1] * b + blue[2] * d
    }
  }
}
