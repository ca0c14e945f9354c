import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { clouds, type Field, mix, step, valueNoise } from './sampleNoise'
import type { SamplePainter } from './samplePainter'
import { pixelsToPng } from './sampleSheet'
import { randomFor } from './seededRandom'

/** Pixels. */
export const textureSide = 64

type Between = (low: number, high: number) => number

/** What each label looks like. Places are pixels; values 0..1. */
const textures: Readonly<Record<string, (random: RandomGenerator, between: Between) => Field>> = {
  bricks: (random, between) => {
    const height = between(7, 14)
    const width = height * between(1.8, 2.6)
    const joint = between(0.06, 0.14)
    const tone = valueNoise(random)
    return (x, y) => {
      const row = Math.floor(y / height)
      const along = x / width + (row % 2) / 2
      const [u, v] = [along - Math.floor(along), y / height - row]
      const inside = step(0, joint, Math.min(u, 1 - u) * 2) * step(0, joint, Math.min(v, 1 - v))
      return mix(0.2, 0.45 + 0.5 * tone(Math.floor(along) + 0.5, row + 0.5), inside)
    }
  },
  cells: (random, between) => {
    const size = between(9, 18)
    const [right, down] = [valueNoise(random), valueNoise(random)]
    return (x, y) => {
      const [first, second] = nearestTwo(x / size, y / size, right, down)
      return step(0.02, 0.45, second - first)
    }
  },
  checks: (_, between) => {
    const size = between(5, 13)
    const slant = between(-0.5, 0.5)
    return (x, y) => {
      const [u, v] = [(x + slant * y) / size, (y - slant * x) / size]
      return (Math.floor(u) + Math.floor(v)) % 2 === 0 ? 0.85 : 0.2
    }
  },
  clouds: (random, between) => {
    const size = between(12, 28)
    const field = clouds(valueNoise(random), 4)
    return (x, y) => step(0.2, 0.8, field(x / size, y / size))
  },
  dots: (random, between) => {
    const size = between(8, 15)
    const radius = between(0.2, 0.42)
    const shift = valueNoise(random)
    return (x, y) => {
      const row = Math.floor(y / size)
      const along = x / size + (row % 2) / 2
      const column = Math.floor(along)
      const jitter = 0.25 * (shift(column + 0.5, row + 0.5) - 0.5)
      const distance = Math.hypot(along - column - 0.5 + jitter, y / size - row - 0.5 - jitter)
      return mix(0.9, 0.15, step(radius - 0.06, radius + 0.06, distance))
    }
  },
  stripes: (random, between) => {
    const size = between(6, 16)
    const angle = between(0, Math.PI)
    const wave = between(0, 5)
    const bend = valueNoise(random)
    return (x, y) => {
      const along = x * Math.cos(angle) + y * Math.sin(angle) + wave * bend(x / 16, y / 16)
      return 0.5 + 0.42 * Math.sin((2 * Math.PI * along) / size)
    }
  },
  weave: (_, between) => {
    const size = between(6, 12)
    return (x, y) => {
      const [column, row] = [Math.floor(x / size), Math.floor(y / size)]
      const isOver = (column + row) % 2 === 0
      const across = isOver ? y / size - row : x / size - column
      const along = isOver ? x / size - column : y / size - row
      return (isOver ? 0.9 : 0.65) * Math.sin(Math.PI * across) * (0.6 + 0.4 * Math.sin(Math.PI * along))
    }
  },
  wood: (random, between) => {
    const size = between(3, 7)
    const [stretch, grain] = [between(4, 9), clouds(valueNoise(random), 3)]
    const turned = between(0, 1) < 0.5
    return (x, y) => {
      const [along, across] = turned ? [y, x] : [x, y]
      const ring = across / size + 3 * grain(along / (size * stretch), across / (size * 4))
      return mix(0.25, 0.8, 0.5 + 0.5 * Math.sin(2 * Math.PI * ring))
    }
  },
}
const labels = Object.keys(textures)

/** Surfaces in grey, 64 × 64, one folder a kind. */
export async function openTexturePainter(): Promise<SamplePainter> {
  const labelOf = (i: number) => labels[i % labels.length]!
  return {
    extension: 'png',
    together: 16,
    labelOf,
    paint: (numbers, seed) =>
      Promise.all(numbers.map((i) => pixelsToPng(drawTexture(labelOf(i), seed, i), textureSide, 1))),
  }
}

/** It lies at a random place of its plane, lighter or darker, with a little grain. */
function drawTexture(label: string, seed: number, i: number): Uint8Array {
  const random = randomFor(seed, `texture ${i}`)
  const between: Between = (low, high) => low + (high - low) * uniformFloat64(random)
  const field = textures[label]!(random, between)
  const [left, top] = [between(0, 200), between(0, 200)]
  const [dark, light] = [between(0, 70), between(170, 255)]
  const grain = between(0, 14)
  const pixels = new Uint8Array(textureSide ** 2)
  for (let y = 0; y < textureSide; y++)
    for (let x = 0; x < textureSide; x++) {
      const level = mix(dark, light, field(left + x, top + y)) + grain * (uniformFloat64(random) - 0.5)
      pixels[y * textureSide + x] = Math.round(Math.min(255, Math.max(0, level)))
    }
  return pixels
}

/** Distances to the two nearest points of which each unit square holds one (Worley 1996). */
function nearestTwo(x: number, y: number, right: Field, down: Field): [number, number] {
  let [first, second] = [Infinity, Infinity]
  for (let row = Math.floor(y) - 1; row <= Math.floor(y) + 1; row++)
    for (let column = Math.floor(x) - 1; column <= Math.floor(x) + 1; column++) {
      const distance = Math.hypot(column + right(column, row) - x, row + down(column, row) - y)
      if (distance < first) [first, second] = [distance, first]
      else if (distance < second) second = distance
    }
  return [first, second]
}
