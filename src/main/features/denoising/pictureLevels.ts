import type { PixelBlock } from '../../../shared/api/library'
import type { Region } from '../../../shared/region'
import type { PixelData, ValueRange } from './tasks/denoisingTasks'
import { atLevel, overlap } from './regions'

/** Levels go on until no side is longer. */
const smallestSide = 512

export interface Size {
  readonly width: number
  readonly height: number
}

/** A picture at a level, as it is stored. */
export interface LevelImage extends Size {
  /** Shared memory, height × width × channels. */
  readonly pixels: PixelData
  readonly channels: 1 | 2 | 3 | 4
}

/**
 * The level with as many pixels as the screen has, or up to twice as many.
 *
 * @param scale pixels of the screen for one of the picture
 * @param finest of the levels that there are: -1 where one has twice the picture's size
 */
export const levelFor = (scale: number, { count }: Pick<PictureLevels, 'count'>, finest = 0): number =>
  Math.min(count - 1, Math.max(finest, Math.round(Math.log2(1 / scale))))

interface Level extends Size {
  /** Colours only, 8 bits; of level 0 the picture's own pixels. */
  readonly data: PixelData
}

/**
 * A picture at 1, 1/2, 1/4 … of its size for the screen, so that what is seen of it is as many pixels as the screen has,
 * however large it is. What is transparent stands on white.
 */
export class PictureLevels {
  private readonly levels: Level[]
  readonly colors: 1 | 3
  /** Of pixels: alpha of what is opaque; black; and 0..255 of one step. */
  private readonly most: number
  private readonly black: number
  private readonly perStep: number

  /**
   * @param pixels may change: `update` says where
   * @param range black and white among them, where those are not all that pixels can be
   */
  constructor(
    pixels: PixelData,
    readonly size: Size,
    private readonly channels: 1 | 2 | 3 | 4,
    private readonly orientation: number,
    range: ValueRange | null = null,
  ) {
    const isDeep = pixels instanceof Uint16Array
    this.most = isDeep ? 65_535 : 255
    this.black = range?.black ?? 0
    this.perStep = 255 / ((range?.white ?? this.most) - this.black)
    this.colors = channels < 3 ? 1 : 3
    this.levels = [{ ...size, data: pixels }]
    for (let { width, height } = size; Math.max(width, height) > smallestSide;) {
      width = Math.ceil(width / 2)
      height = Math.ceil(height / 2)
      const data = new Uint8Array(new SharedArrayBuffer(width * height * this.colors))
      this.levels.push({ width, height, data })
    }
    this.update({ left: 0, top: 0, ...size })
  }

  get count(): number {
    return this.levels.length
  }

  /** Bytes beyond the picture's own. */
  get bytes(): number {
    return this.levels.slice(1).reduce((sum, { data }) => sum + data.byteLength, 0)
  }

  /** Of the upright picture at a level. */
  sizeOf(level: number): Size {
    const { width, height } = this.levels[level]!
    return this.orientation >= 5 ? { width: height, height: width } : { width, height }
  }

  /** @param part of the picture as it is stored, where pixels have changed */
  update(part: Region): void {
    let { left, top } = part
    let [right, bottom] = [left + part.width, top + part.height]
    for (let level = 1; level < this.levels.length; level++) {
      ;[left, top] = [Math.floor(left / 2), Math.floor(top / 2)]
      ;[right, bottom] = [Math.ceil(right / 2), Math.ceil(bottom / 2)]
      this.reduce(level, left, top, right, bottom)
    }
  }

  private reduce(level: number, left: number, top: number, right: number, bottom: number): void {
    const from = this.levels[level - 1]!
    const to = this.levels[level]!
    const { colors } = this
    const isFirst = level === 1
    const channels = isFirst ? this.channels : colors
    const alpha = isFirst && channels > colors ? colors : null
    const { data } = from
    // From level 1 on all is on the scale of the screen.
    const seen = isFirst ? (value: number) => this.seen(value) : (value: number) => value
    const onWhite = (at: number, c: number) => {
      const share = data[at + alpha!]! / this.most
      return share * seen(data[at + c]!) + (1 - share) * 255
    }
    for (let y = top; y < bottom; y++) {
      const above = 2 * y * from.width
      const below = Math.min(2 * y + 1, from.height - 1) * from.width
      for (let x = left; x < right; x++) {
        const a = 2 * x
        const b = Math.min(a + 1, from.width - 1)
        const p = (above + a) * channels
        const q = (above + b) * channels
        const r = (below + a) * channels
        const t = (below + b) * channels
        const at = (y * to.width + x) * colors
        for (let c = 0; c < colors; c++) {
          const sum =
            alpha === null
              ? seen((data[p + c]! + data[q + c]! + data[r + c]! + data[t + c]!) / 4)
              : (onWhite(p, c) + onWhite(q, c) + onWhite(r, c) + onWhite(t, c)) / 4
          to.data[at + c] = Math.round(sum)
        }
      }
    }
  }

  /** A value of level 0 as the screen shows it, 0..255. */
  private seen(value: number): number {
    return Math.min(255, Math.max(0, (value - this.black) * this.perStep))
  }

  imageAt(level: number): LevelImage {
    const { width, height, data } = this.levels[level]!
    return { width, height, pixels: data, channels: this.channelsOf(level) }
  }

  /**
   * What a level shows of a part of the picture, row after row with all that it has of a pixel.
   *
   * @param data another such image
   */
  take(level: number, part: Region, data: PixelData = this.levels[level]!.data): PixelData {
    const rows = this.rowsOf(level, part)
    const length = rows.reduce((sum, [from, to]) => sum + to - from, 0)
    const taken = data instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length)
    let at = 0
    for (const [from, to] of rows) {
      taken.set(data.subarray(from, to), at)
      at += to - from
    }
    return taken
  }

  /** Shows at one level what was taken there, or mixed from such; the others stay as they are. */
  put(level: number, part: Region, taken: PixelData): void {
    let at = 0
    for (const [from, to] of this.rowsOf(level, part)) {
      this.levels[level]!.data.set(taken.subarray(at, at + to - from), from)
      at += to - from
    }
  }

  /** Where the rows of a part lie in the data of a level. @param part of the picture as it is stored, at level 0 */
  private rowsOf(level: number, part: Region): [from: number, to: number][] {
    const channels = this.channelsOf(level)
    const { left, top, width, height } = this.partAt(level, part)
    return Array.from({ length: height }, (_, row) => {
      const from = (top + row) * this.levels[level]!.width + left
      return [from * channels, (from + width) * channels]
    })
  }

  /** The pixels of a level that show something of a part of the picture. Both as they are stored. */
  partAt(level: number, part: Region): Region {
    return overlap(atLevel(part, level), { left: 0, top: 0, ...this.levels[level]! })!
  }

  private channelsOf(level: number): 1 | 2 | 3 | 4 {
    return level === 0 ? this.channels : this.colors
  }

  /**
   * A part of the upright picture at a level, in pixels of that level and within it.
   *
   * @param pixels others of the same picture, at level 0
   */
  block(level: number, { left, top, width, height }: Region, pixels?: PixelData): PixelBlock {
    const from = pixels ? { ...this.levels[level]!, data: pixels } : this.levels[level]!
    const { colors } = this
    const channels = this.channelsOf(level)
    const { first, across, down } = uprightSteps(this.orientation, from, left, top)
    const data = new Uint8Array(width * height * colors)
    const isDeep = from.data instanceof Uint16Array
    const isOpaque = channels === colors
    const block: PixelBlock = { count: 1, width, height, channels: colors, data }
    for (let y = 0, to = 0; y < height; y++) {
      if (isOpaque && !isDeep && across === 1) {
        const at = (first + y * down) * channels
        data.set(from.data.subarray(at, at + width * channels), y * width * channels)
        continue
      }
      for (let x = 0, at = (first + y * down) * channels; x < width; x++, at += across * channels) {
        const white = isOpaque ? 0 : 255 - (255 / this.most) * from.data[at + colors]!
        for (let c = 0; c < colors; c++, to++) {
          const value = isDeep ? this.seen(from.data[at + c]!) : from.data[at + c]!
          data[to] = isOpaque && !isDeep ? value : Math.round(value + (white / 255) * (255 - value))
        }
      }
    }
    return block
  }
}

/** Where an upright pixel is stored, and how far the next one to its right and below it are, in pixels. */
function uprightSteps(orientation: number, { width, height }: Size, left: number, top: number) {
  const place = (x: number, y: number): number => {
    const [column, row] = storedPlace(orientation, { width, height }, x, y)
    return row * width + column
  }
  const first = place(left, top)
  return { first, across: place(left + 1, top) - first, down: place(left, top + 1) - first }
}

/** The stored column and row of an upright pixel (EXIF 2.32, 4.6.4, tag Orientation). */
export function storedPlace(
  orientation: number,
  { width, height }: Size,
  x: number,
  y: number,
): [column: number, row: number] {
  switch (orientation) {
    case 2:
      return [width - 1 - x, y]
    case 3:
      return [width - 1 - x, height - 1 - y]
    case 4:
      return [x, height - 1 - y]
    case 5:
      return [y, x]
    case 6:
      return [y, height - 1 - x]
    case 7:
      return [width - 1 - y, height - 1 - x]
    case 8:
      return [width - 1 - y, x]
    default:
      return [x, y]
  }
}

/** The upright part that a stored one is. @param size as it is stored */
export function uprightRegion(orientation: number, { width, height }: Size, region: Region): Region {
  const turnedBack = orientation === 6 ? 8 : orientation === 8 ? 6 : orientation
  const upright = orientation >= 5 ? { width: height, height: width } : { width, height }
  return storedRegion(turnedBack, upright, region)
}

/** The stored part that an upright one is. @param size as it is stored */
export function storedRegion(orientation: number, size: Size, { left, top, width, height }: Region): Region {
  const [a, b] = storedPlace(orientation, size, left, top)
  const [c, d] = storedPlace(orientation, size, left + width - 1, top + height - 1)
  return {
    left: Math.min(a, c),
    top: Math.min(b, d),
    width: Math.abs(c - a) + 1,
    height: Math.abs(d - b) + 1,
  }
}
