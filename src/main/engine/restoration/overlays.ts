import type { Random } from '../training/random'

/** How much of an image is covered, 0..1, by pixel. */
export interface Overlay {
  readonly height: number
  readonly width: number
  readonly cover: Float32Array
}

const empty = (height: number, width: number): Overlay => ({
  height,
  width,
  cover: new Float32Array(height * width),
})

/** Covers a pixel at least so much. */
function put({ height, width, cover }: Overlay, x: number, y: number, opacity: number): void {
  if (x < 0 || y < 0 || x >= width || y >= height) return
  const at = y * width + x
  cover[at] = Math.max(cover[at]!, Math.min(1, opacity))
}

/** A thin scratch that wanders from edge to edge, mostly upright as in film, broken here and there. */
export function scratch(height: number, width: number, random: Random): Overlay {
  const overlay = empty(height, width)
  const isUpright = random.uniform() < 0.6
  const length = isUpright ? height : width
  const across = isUpright ? width : height
  let place = random.uniform() * across
  let slope = 0.6 * (random.uniform() - 0.5)
  const half = 0.3 + random.uniform() * 0.9
  const [from, to] = [random.uniform() * 0.4 * length, length * (0.6 + 0.4 * random.uniform())]
  for (let step = Math.floor(from); step < to; step++) {
    slope += 0.1 * (random.uniform() - 0.5)
    place += slope
    if (random.uniform() < 0.02) step += random.below(4)
    for (let d = Math.floor(place - half - 1); d <= place + half + 1; d++) {
      const opacity = half + 0.5 - Math.abs(d - place)
      if (opacity > 0) put(overlay, isUpright ? d : step, isUpright ? step : d, opacity)
    }
  }
  return overlay
}

/** A straight line of one to two pixels through the whole image, along a row or a column as scanners leave it. */
export function line(height: number, width: number, random: Random): Overlay {
  const overlay = empty(height, width)
  const isRow = random.uniform() < 0.5
  const thickness = 1 + random.below(2)
  const start = random.below(isRow ? height : width)
  for (let d = start; d < start + thickness; d++)
    for (let step = 0; step < (isRow ? width : height); step++)
      put(overlay, isRow ? step : d, isRow ? d : step, 1)
  return overlay
}

/** A speck or a hair's end, of up to three pixels' radius, with soft edges. */
export function speck(height: number, width: number, random: Random): Overlay {
  const overlay = empty(height, width)
  const [x0, y0] = [random.uniform() * width, random.uniform() * height]
  const radius = 0.4 + 2.6 * random.uniform() ** 2
  const flat = 0.5 + 0.5 * random.uniform()
  const reach = Math.ceil(radius + 1)
  for (let y = Math.floor(y0) - reach; y <= y0 + reach; y++)
    for (let x = Math.floor(x0) - reach; x <= x0 + reach; x++)
      put(overlay, x, y, radius + 0.5 - Math.hypot(x - x0, (y - y0) / flat))
  return overlay
}

/** Letters and digits of 3 × 5 dots, row by row. */
const glyphs = [
  '010101111101101',
  '110101110101110',
  '111100110100111',
  '101101111101101',
  '111010010010111',
  '100100100100111',
  '101111111101101',
  '110101101101101',
  '111101101101111',
  '110101110100100',
  '111100111001111',
  '111010010010010',
  '101101101101111',
  '101101010101101',
  '010110010010111',
  '110001010100111',
]

/** A word of up to eight letters, laid over at any place. */
export function word(height: number, width: number, random: Random): Overlay {
  const overlay = empty(height, width)
  const dot = 1 + random.below(Math.max(1, Math.round(Math.min(height, width) / 32)))
  const letters = 3 + random.below(6)
  const left = random.below(width) - dot * 4
  const top = random.below(height) - dot * 2
  for (let letter = 0; letter < letters; letter++) {
    const glyph = glyphs[random.below(glyphs.length)]!
    for (let i = 0; i < 15; i++) {
      if (glyph[i] === '0') continue
      const [column, row] = [4 * letter + (i % 3), Math.floor(i / 3)]
      for (let y = 0; y < dot; y++)
        for (let x = 0; x < dot; x++) put(overlay, left + column * dot + x, top + row * dot + y, 1)
    }
  }
  return overlay
}
