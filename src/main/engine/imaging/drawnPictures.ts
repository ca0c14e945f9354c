import { type Random, randomStream } from '../training/random'
import type { Bytes } from './syntheticNoise'

/**
 * Pictures without any noise that denoisers like to take for noise, to measure with. They have drawers of their own: those of
 * synthesis/graphics.ts are what the estimate of noise has learned on.
 */
export const drawnKinds = ['text', 'line art', 'gradients', 'pixel art', 'stars'] as const
export type DrawnKind = (typeof drawnKinds)[number]

const side = 256

/** Of 256 × 256 pixels in colour. The same seed draws the same picture. */
export function drawPicture(kind: DrawnKind, seed: number): Bytes {
  const random = randomStream(seed, drawnKinds.indexOf(kind))
  const draw = { text, 'line art': lineArt, gradients, 'pixel art': pixelArt, stars }[kind]
  return { width: side, height: side, channels: 3, data: draw(random) }
}

type Color = readonly [number, number, number]

function paint(color: (x: number, y: number) => Color): Uint8Array {
  const data = new Uint8Array(side * side * 3)
  for (let y = 0, at = 0; y < side; y++) for (let x = 0; x < side; x++, at += 3) data.set(color(x, y), at)
  return data
}

/** How much of each pixel is ink, 0..1, as colours of ink on paper. */
function inked(coverage: Float32Array, ink: Color, paper: Color): Uint8Array {
  return paint((x, y) => {
    const share = Math.min(1, coverage[y * side + x]!)
    return [0, 1, 2].map((c) => Math.round(paper[c]! + share * (ink[c]! - paper[c]!))) as unknown as Color
  })
}

/** Draws a line whose edges are half covered, as a renderer of vectors does. */
function stroke(
  coverage: Float32Array,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  width: number,
): void {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1
  const margin = width / 2 + 1
  for (let y = Math.floor(Math.min(y0, y1) - margin); y <= Math.max(y0, y1) + margin; y++)
    for (let x = Math.floor(Math.min(x0, x1) - margin); x <= Math.max(x0, x1) + margin; x++) {
      if (x < 0 || y < 0 || x >= side || y >= side) continue
      const along = Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length ** 2))
      const distance = Math.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
      const share = Math.min(1, Math.max(0, width / 2 + 0.5 - distance))
      const at = y * side + x
      coverage[at] = Math.max(coverage[at]!, share)
    }
}

/** Letters of five columns and seven rows. */
const letters = [
  '01110 10001 10001 11111 10001 10001 10001',
  '11110 10001 11110 10001 10001 10001 11110',
  '01110 10001 10000 10000 10000 10001 01110',
  '11111 10000 11110 10000 10000 10000 11111',
  '00100 00000 00100 00100 00100 00100 00100',
  '10001 11001 10101 10011 10001 10001 10001',
  '01110 10001 10001 10001 10001 10001 01110',
  '01111 10000 01110 00001 00001 00001 11110',
  '11111 00100 00100 00100 00100 00100 00100',
  '00000 00000 00000 00000 00000 00000 00100',
].map((rows) => rows.split(' '))

/** Lines of letters of one and of two pixels a stroke, crisp and with soft edges. */
function text(random: Random): Uint8Array {
  const coverage = new Float32Array(side * side)
  for (let top = 6, line = 0; top < side - 24; line++) {
    const isSoft = line % 2 === 1
    const scale = isSoft ? 1.6 : line % 4 === 0 ? 1 : 2
    for (let left = 8; left < side - 6 * scale - 8; left += 6 * scale)
      if (random.uniform() < 0.85)
        letter(coverage, letters[random.below(letters.length)]!, { left, top, scale, isSoft })
    top += Math.ceil(11 * scale)
  }
  return inked(coverage, [20, 20, 24], [255, 255, 255])
}

interface LetterPlace {
  readonly left: number
  readonly top: number
  readonly scale: number
  readonly isSoft: boolean
}

function letter(
  coverage: Float32Array,
  rows: readonly string[],
  { left, top, scale, isSoft }: LetterPlace,
): void {
  rows.forEach((row, r) =>
    [...row].forEach((dot, c) => {
      if (dot === '0') return
      const [x, y] = [left + c * scale, top + r * scale]
      if (isSoft) return stroke(coverage, [x, y, x + 0.6, y], scale)
      for (let j = 0; j < scale; j++)
        for (let i = 0; i < scale; i++) coverage[Math.round(y + j) * side + Math.round(x + i)] = 1
    }),
  )
}

/** Lines, hatching and dots of a pen. */
function lineArt(random: Random): Uint8Array {
  const coverage = new Float32Array(side * side)
  const place = () => random.uniform() * side
  for (let i = 0; i < 40; i++) stroke(coverage, [place(), place(), place(), place()], 1 + random.below(3))
  for (let i = 0; i < 30; i++) stroke(coverage, [40 + 3 * i, 60, 70 + 3 * i, 130], 1)
  for (let i = 0; i < 60; i++) {
    const [x, y] = [place(), place()]
    stroke(coverage, [x, y, x, y], 1 + random.uniform())
  }
  for (let i = 0; i < 8; i++) stroke(coverage, [0, 20 + 28 * i, side - 1, 20 + 28 * i], 1)
  return inked(coverage, [0, 0, 0], [252, 250, 244])
}

/** Shades across, down and round, in steps of one value. */
function gradients(random: Random): Uint8Array {
  const [a, b] = [random.uniform(), random.uniform()]
  const [cx, cy] = [side * a, side * b]
  return paint((x, y) => {
    const round = Math.hypot(x - cx, y - cy) / side
    return [Math.round((255 * x) / side), Math.round(60 + (120 * y) / side), Math.round(200 - 100 * round)]
  })
}

/** Sprites of a few flat colours with single pixels, stripes and a chequered ground. */
function pixelArt(random: Random): Uint8Array {
  const colors = Array.from(
    { length: 8 },
    () => [0, 1, 2].map(() => 51 * random.below(6)) as unknown as Color,
  )
  const cell = 16
  const sprites = Array.from({ length: 6 }, () =>
    Uint8Array.from({ length: (cell * cell) / 2 }, () => (random.uniform() < 0.25 ? random.below(8) : 0)),
  )
  const map = Uint8Array.from({ length: (side / cell) ** 2 }, () => random.below(sprites.length + 2))
  return paint((x, y) => {
    const tile = map[Math.floor(y / cell) * (side / cell) + Math.floor(x / cell)]!
    const [i, j] = [x % cell, y % cell]
    if (tile === sprites.length) return colors[(i + j) % 2]!
    if (tile > sprites.length) return colors[j % 4 < 2 ? 2 : 3]!
    return colors[sprites[tile]![j * (cell / 2) + Math.min(i, cell - 1 - i)]!]!
  })
}

/** A night sky: many faint stars and a few bright ones, from points to small discs, on a faint glow. */
function stars(random: Random): Uint8Array {
  const light = new Float32Array(side * side)
  for (let i = 0; i < 500; i++) {
    const [x, y] = [random.uniform() * side, random.uniform() * side]
    const brightness = Math.min(400, 12 / (random.uniform() + 0.02))
    const spread = 0.45 + 0.5 * random.uniform()
    for (let v = Math.max(0, Math.floor(y - 4)); v < Math.min(side, y + 5); v++)
      for (let u = Math.max(0, Math.floor(x - 4)); u < Math.min(side, x + 5); u++)
        light[v * side + u]! += brightness * Math.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * spread ** 2))
  }
  return paint((x, y) => {
    const all = light[y * side + x]!
    const glow = 8 + (10 * y) / side
    return [glow + all, glow + 0.97 * all, 1.4 * glow + 0.9 * all].map((one) =>
      Math.min(255, Math.round(one)),
    ) as unknown as Color
  })
}
