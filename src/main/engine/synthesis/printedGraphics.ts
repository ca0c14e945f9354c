import type { Random } from '../training/random'
import type { ColorImage } from './colorImage'

type Color = readonly [number, number, number]

const color = (random: Random): Color => [random.uniform(), random.uniform(), random.uniform()]

function paint(image: ColorImage, valueAt: (y: number, x: number, c: number) => number): void {
  image.planes.forEach((plane, c) => {
    for (let y = 0, i = 0; y < image.height; y++)
      for (let x = 0; x < image.width; x++, i++) plane[i] = valueAt(y, x, c)
  })
}

/** Black on white in more than half of the cases, as most print is. */
function inkAndPaper(random: Random): readonly [Color, Color] {
  if (random.uniform() >= 0.6) return [color(random), color(random)]
  const [ink, paper] = [0.25 * random.uniform(), 1 - 0.2 * random.uniform() ** 2]
  return [
    [ink, ink, ink],
    [paper, paper, paper],
  ]
}

/** Tiles of a game: few colours, single pixels, chequers and stripes, often mirrored, enlarged by whole factors. */
export function sprites(image: ColorImage, random: Random): void {
  const palette = Array.from({ length: 2 + random.below(22) }, () => color(random))
  const cell = [8, 16][random.below(2)]!
  const tiles = Array.from({ length: 3 + random.below(16) }, () => sprite(cell, palette.length, random))
  const zoom = 1 + random.below(4)
  const columns = Math.ceil(image.width / (cell * zoom))
  const rows = Math.ceil(image.height / (cell * zoom))
  const map = Uint8Array.from({ length: rows * columns }, () => random.below(tiles.length))
  paint(image, (y, x, c) => {
    const [v, u] = [Math.floor(y / zoom), Math.floor(x / zoom)]
    const tile = tiles[map[Math.floor(v / cell) * columns + Math.floor(u / cell)]!]!
    return palette[tile[(v % cell) * cell + (u % cell)]!]![c]!
  })
}

/** Indices of colours, cell × cell. */
function sprite(cell: number, colors: number, random: Random): Uint8Array {
  const [ground, other] = [random.below(colors), random.below(colors)]
  const style = random.uniform()
  const busy = 0.05 + 0.5 * random.uniform()
  const isMirrored = random.uniform() < 0.6
  const tile = new Uint8Array(cell * cell)
  for (let y = 0; y < cell; y++)
    for (let x = 0; x < cell; x++) {
      const at = y * cell + x
      if (style < 0.15) tile[at] = (x + y) % 2 ? ground : other
      else if (style < 0.3) tile[at] = y % 4 < 2 ? ground : other
      else if (style < 0.4) tile[at] = ground
      else if (isMirrored && x >= cell / 2) tile[at] = tile[y * cell + cell - 1 - x]!
      else tile[at] = random.uniform() < busy ? random.below(colors) : ground
    }
  return tile
}

/** The order in which points of a screen fill (Bayer 1973). */
const screen = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]

/** Shades made of a few colours: by an ordered screen, by the diffusion of errors (Floyd & Steinberg 1976), or by dots. */
export function dithered(image: ColorImage, random: Random): void {
  const { height, width } = image
  const [ink, paper] = inkAndPaper(random)
  const steps = 1 + random.below(4)
  const [phase, angle] = [6 * random.uniform(), Math.PI * random.uniform()]
  const length = 40 + 200 * random.uniform()
  const style = random.below(3)
  const period = 3 + 5 * random.uniform()
  const shade = new Float32Array(height * width)
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const along = x * Math.cos(angle) + y * Math.sin(angle)
      shade[i] = steps * (0.5 + 0.5 * Math.sin(phase + along / length + Math.sin(y / length)))
    }
  const level = (x: number, y: number, i: number): number => {
    if (style === 0) return Math.floor(shade[i]! + (screen[(y & 3) * 4 + (x & 3)]! + 0.5) / 16)
    const dot = Math.sin((2 * Math.PI * x) / period) * Math.sin((2 * Math.PI * y) / period)
    return Math.floor(shade[i]! + 0.5 + dot / 2)
  }
  const levels = style === 2 ? diffused(shade, height, width, steps) : null
  paint(image, (y, x, c) => {
    const i = y * width + x
    const share = Math.min(steps, Math.max(0, levels ? levels[i]! : level(x, y, i))) / steps
    return ink[c]! + share * (paper[c]! - ink[c]!)
  })
}

function diffused(shade: Float32Array, height: number, width: number, steps: number): Float32Array {
  const rest = Float32Array.from(shade)
  const levels = new Float32Array(shade.length)
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      levels[i] = Math.min(steps, Math.max(0, Math.round(rest[i]!)))
      const error = rest[i]! - levels[i]!
      if (x + 1 < width) rest[i + 1]! += (7 / 16) * error
      if (y + 1 >= height) continue
      if (x > 0) rest[i + width - 1]! += (3 / 16) * error
      rest[i + width]! += (5 / 16) * error
      if (x + 1 < width) rest[i + width + 1]! += (1 / 16) * error
    }
  return levels
}

type Stroke = readonly [number, number, number, number]

/** Lines of signs that look like letters: a few strokes each, between the points of a grid of 3 × 5. */
export function lettering(image: ColorImage, random: Random): void {
  const [ink, paper] = inkAndPaper(random)
  const end = () => [random.below(3) / 2, random.below(5) / 4] as const
  const alphabet = Array.from({ length: 24 }, () =>
    Array.from({ length: 2 + random.below(4) }, (): Stroke => [...end(), ...end()]),
  )
  const size = 5 + 20 * random.uniform() ** 2
  const [across, down] = [size * (0.7 + 0.4 * random.uniform()), size * (1.2 + 0.6 * random.uniform())]
  const thickness = Math.max(0.5, size * (0.05 + 0.08 * random.uniform()))
  const isHard = random.uniform() < 0.3
  const columns = Math.ceil(image.width / across)
  const signs = Array.from({ length: columns * Math.ceil(image.height / down) }, () =>
    random.uniform() < 0.15 ? null : alphabet[random.below(alphabet.length)]!,
  )
  const cover = new Float32Array(image.height * image.width)
  for (let y = 0, i = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++, i++) {
      const [row, column] = [Math.floor(y / down), Math.floor(x / across)]
      const sign = signs[row * columns + column]
      if (!sign) continue
      const place = { x: x - column * across, y: y - row * down, width: 0.6 * across, height: 0.9 * size }
      const far = Math.min(...sign.map((stroke) => distanceTo(stroke, place)))
      const share = Math.min(1, Math.max(0, thickness + 0.5 - far))
      cover[i] = isHard ? Math.round(share) : share
    }
  paint(image, (y, x, c) => paper[c]! + cover[y * image.width + x]! * (ink[c]! - paper[c]!))
}

/** From a pixel of a sign to a stroke, in pixels. */
function distanceTo(
  [x1, y1, x2, y2]: Stroke,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): number {
  return distanceToLine([1 + x1 * width, 1 + y1 * height, 1 + x2 * width, 1 + y2 * height], x, y)
}

function distanceToLine([ax, ay, bx, by]: Stroke, x: number, y: number): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const along = length > 0 ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length)) : 0
  return Math.hypot(x - ax - along * dx, y - ay - along * dy)
}

/** Line art: thin and thick lines and circles, from pale to full, on paper. */
export function lineArt(image: ColorImage, random: Random): void {
  const { height, width } = image
  const [ink, paper] = inkAndPaper(random)
  const cover = new Float32Array(height * width)
  for (let n = 8 + random.below(60); n > 0; n--) {
    const [x, y] = [width * random.uniform(), height * random.uniform()]
    const [u, v] = [x + 120 * (random.uniform() - 0.5), y + 120 * (random.uniform() - 0.5)]
    const [thickness, strength] = [0.3 + 1.7 * random.uniform() ** 2, 0.3 + 0.7 * random.uniform()]
    const radius = random.uniform() < 0.3 ? 3 + 40 * random.uniform() : null
    const reach = (radius ?? 0) + thickness + 1
    const [left, right] = radius ? [x - reach, x + reach] : [Math.min(x, u) - reach, Math.max(x, u) + reach]
    const [top, bottom] = radius ? [y - reach, y + reach] : [Math.min(y, v) - reach, Math.max(y, v) + reach]
    for (let row = Math.max(0, Math.ceil(top)); row <= Math.min(height - 1, bottom); row++)
      for (let column = Math.max(0, Math.ceil(left)); column <= Math.min(width - 1, right); column++) {
        const far = radius
          ? Math.abs(Math.hypot(column - x, row - y) - radius)
          : distanceToLine([x, y, u, v], column, row)
        const share = strength * Math.min(1, Math.max(0, thickness + 0.5 - far))
        const at = row * width + column
        cover[at] = Math.max(cover[at]!, share)
      }
  }
  paint(image, (y, x, c) => paper[c]! + cover[y * width + x]! * (ink[c]! - paper[c]!))
}

/**
 * Discs of all sizes that cover each other: the dead leaves model, whose statistics are those of stones, grass and leaves
 * (Lee, Mumford & Huang 2001, "Occlusion Models for Natural Images"). The smallest are as small as noise.
 */
export function deadLeaves(image: ColorImage, random: Random): void {
  const { height, width } = image
  const [low, high] = [0.7 + 2 * random.uniform(), 6 + 20 * random.uniform()]
  const [base, contrast, tint] = [color(random), 0.15 + 0.5 * random.uniform(), 0.3 * random.uniform()]
  paint(image, (_, __, c) => base[c]!)
  const count = Math.round((4 * height * width) / (low * high * 3))
  for (let n = 0; n < count; n++) {
    // The number of discs of a radius falls with its third power.
    const radius = 1 / Math.sqrt(1 / low ** 2 + random.uniform() * (1 / high ** 2 - 1 / low ** 2))
    const [cy, cx] = [height * random.uniform(), width * random.uniform()]
    const light = contrast * (random.uniform() - 0.5)
    const own = base.map((one) => one + light + tint * (random.uniform() - 0.5))
    const slope = (0.3 * contrast * (random.uniform() - 0.5)) / radius
    for (let y = Math.max(0, Math.ceil(cy - radius)); y <= Math.min(height - 1, cy + radius); y++)
      for (let x = Math.max(0, Math.ceil(cx - radius)); x <= Math.min(width - 1, cx + radius); x++) {
        const cover = Math.min(1, radius + 0.5 - Math.hypot(y - cy, x - cx))
        if (cover <= 0) continue
        image.planes.forEach((plane, c) => {
          const i = y * width + x
          const value = Math.min(1, Math.max(0, own[c]! + slope * (x - cx)))
          plane[i] = plane[i]! + cover * (value - plane[i]!)
        })
      }
  }
}
