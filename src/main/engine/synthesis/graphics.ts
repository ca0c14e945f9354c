import type { Random } from '../training/random'
import { type ColorImage, emptyImage } from './colorImage'
import { deadLeaves, dithered, lettering, lineArt, sprites } from './printedGraphics'

type Color = readonly [number, number, number]

/**
 * What programs draw and no camera sees: shades, pixel art, stars, stripes, flat areas with edges, print and letters; and stones
 * and leaves, which a camera sees as fine as noise. No noise in any.
 */
export function drawGraphics(height: number, width: number, random: Random): ColorImage {
  const image = emptyImage(height, width)
  const drawers = [
    ...[shades, pixelArt, stars, stripes, rectangles],
    ...[sprites, sprites, dithered, lettering, lettering, lineArt, deadLeaves, deadLeaves],
  ]
  drawers[random.below(drawers.length)]!(image, random)
  return image
}

const color = (random: Random): Color => [random.uniform(), random.uniform(), random.uniform()]

function paint(image: ColorImage, valueAt: (y: number, x: number, c: number) => number): void {
  image.planes.forEach((plane, c) => {
    for (let y = 0, i = 0; y < image.height; y++)
      for (let x = 0; x < image.width; x++, i++) plane[i] = valueAt(y, x, c)
  })
}

function shades(image: ColorImage, random: Random): void {
  const [from, to] = [color(random), color(random)]
  const angle = 2 * Math.PI * random.uniform()
  const [dx, dy] = [Math.cos(angle) / image.width, Math.sin(angle) / image.height]
  paint(image, (y, x, c) => {
    const share = Math.min(1, Math.max(0, 0.5 + dx * (x - image.width / 2) + dy * (y - image.height / 2)))
    return from[c]! + share * (to[c]! - from[c]!)
  })
}

function pixelArt(image: ColorImage, random: Random): void {
  const palette = Array.from({ length: 3 + random.below(12) }, () => color(random))
  const size = 1 + random.below(8)
  const columns = Math.ceil(image.width / size)
  const count = columns * Math.ceil(image.height / size)
  let current = 0
  const cells = Uint8Array.from({ length: count }, () => {
    if (random.uniform() < 0.4) current = random.below(palette.length)
    return current
  })
  paint(image, (y, x, c) => palette[cells[Math.floor(y / size) * columns + Math.floor(x / size)]!]![c]!)
}

function stars(image: ColorImage, random: Random): void {
  const sky = 0.1 * random.uniform()
  paint(image, () => sky)
  const count = 20 + random.below(400)
  for (let i = 0; i < count; i++) {
    const [y, x] = [image.height * random.uniform(), image.width * random.uniform()]
    const size = 0.4 + 1.2 * random.uniform() ** 2
    const light = random.uniform() ** 2
    const tint = color(random)
    const reach = Math.ceil(3 * size)
    for (let row = Math.max(0, Math.floor(y) - reach); row < Math.min(image.height, y + reach); row++)
      for (
        let column = Math.max(0, Math.floor(x) - reach);
        column < Math.min(image.width, x + reach);
        column++
      ) {
        const share = light * Math.exp(-((row - y) ** 2 + (column - x) ** 2) / (2 * size * size))
        image.planes.forEach((plane, c) => {
          const at = row * image.width + column
          plane[at] = Math.min(1, plane[at]! + share * (0.7 + 0.3 * tint[c]!))
        })
      }
  }
}

function stripes(image: ColorImage, random: Random): void {
  const [dark, light] = [color(random), color(random)]
  const period = 2 + 20 * random.uniform()
  const angle = Math.PI * random.uniform()
  const hardness = random.uniform() < 0.5 ? 1 : 8
  // Some become narrower along the way, or are rings about a point.
  const chirp = random.uniform() < 0.4 ? random.uniform() / 160 : 0
  const rings =
    random.uniform() < 0.3 ? { x: image.width * random.uniform(), y: image.height * random.uniform() } : null
  paint(image, (y, x, c) => {
    const way = rings ? Math.hypot(x - rings.x, y - rings.y) : x * Math.cos(angle) + y * Math.sin(angle)
    const wave = Math.sin((2 * Math.PI * way * (1 + chirp * way)) / period)
    const share = Math.min(1, Math.max(0, 0.5 + (hardness * wave) / 2))
    return dark[c]! + share * (light[c]! - dark[c]!)
  })
}

function rectangles(image: ColorImage, random: Random): void {
  const paper = color(random)
  paint(image, (_, __, c) => paper[c]!)
  for (let n = 3 + random.below(20); n > 0; n--) {
    const fill = color(random)
    const [top, left] = [random.below(image.height), random.below(image.width)]
    const [bottom, right] = [top + 1 + random.below(60), left + 1 + random.below(60)]
    image.planes.forEach((plane, c) => {
      for (let y = top; y < Math.min(bottom, image.height); y++)
        plane.fill(fill[c]!, y * image.width + left, y * image.width + Math.min(right, image.width))
    })
  }
}
