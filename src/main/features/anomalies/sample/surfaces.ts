import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { clouds, type Field, mix, step, valueNoise } from '../../datasets/sampleNoise'
import { randomFor } from '../../datasets/seededRandom'

/** Pixels. */
export const surfaceSide = 128

export const surfaceNames = ['weave', 'grain', 'tiles'] as const
export type SurfaceName = (typeof surfaceNames)[number]

export type Color = readonly [number, number, number]

/** A thread, a streak of the grain, or a joint, which can be missing. */
export interface Strand {
  /** 0 across the middle of it, 1 at its border. */
  distance(x: number, y: number): number
  /** What shows where it is missing, 0..1. */
  readonly instead: Color
}

/** A material: one for all images of a sample, of which each shows another piece. */
export interface Surface {
  /** Red, green and blue, 0..1, at each place of an endless plane. */
  colorAt(x: number, y: number): Color
  /** One that goes through a place. */
  strandAt(x: number, y: number): Strand
}

type Between = (low: number, high: number) => number
type Makers = Readonly<Record<SurfaceName, (seed: number, between: Between) => Surface>>

const blend = (a: Color, b: Color, share: number): Color => [
  mix(a[0], b[0], share),
  mix(a[1], b[1], share),
  mix(a[2], b[2], share),
]
const scaled = ([r, g, b]: Color, factor: number): Color => [r * factor, g * factor, b * factor]

const makers: Makers = {
  weave: (seed, between) => {
    const size = between(6.5, 9)
    const warp: Color = [between(0.5, 0.75), between(0.45, 0.6), between(0.3, 0.45)]
    const weft: Color = scaled(warp, between(0.65, 0.8))
    const [uneven, fibre] = noises(seed, 'weave')
    const gap: Color = [0.06, 0.05, 0.05]
    return {
      colorAt: (x, y) => {
        const wobble = 0.7 * (uneven(x / 21, y / 21) - 0.5)
        const [u, v] = [(x + wobble) / size, (y - wobble) / size]
        const [column, row] = [Math.floor(u), Math.floor(v)]
        const isOver = (column + row) % 2 === 0
        const across = isOver ? v - row : u - column
        const along = isOver ? u - column : v - row
        const shade = Math.sqrt(Math.sin(Math.PI * across)) * (0.55 + 0.45 * Math.sin(Math.PI * along))
        const thread = isOver ? weft : warp
        const twist = 0.9 + 0.2 * fibre((along + across) * 3, (isOver ? row : column) + 0.5)
        return blend(gap, scaled(thread, twist), shade)
      },
      strandAt: (_, y) => {
        const row = Math.floor(y / size)
        return { distance: (_x, at) => Math.abs(at / size - row - 0.5) / 0.5, instead: gap }
      },
    }
  },
  grain: (seed, between) => {
    const size = between(4.5, 7)
    const [light, dark]: [Color, Color] = [
      [between(0.72, 0.82), between(0.52, 0.6), between(0.32, 0.4)],
      [between(0.45, 0.55), between(0.28, 0.34), between(0.15, 0.2)],
    ]
    const [rings, pores] = noises(seed, 'grain')
    const bend = clouds(rings, 3)
    return {
      colorAt: (x, y) => {
        const ring = y / size + 3.2 * bend(x / 60, y / 28)
        const phase = ring - Math.floor(ring)
        const level = phase < 0.8 ? phase / 0.8 : (1 - phase) / 0.2
        const pore = step(0.66, 0.9, pores(x / 7, y / 1.1))
        return scaled(blend(light, dark, 0.75 * level), 1 - 0.35 * pore)
      },
      strandAt: (_, y) => ({
        distance: (x, at) => Math.abs(at - y - 3 * (bend(x / 60, y / 28) - 0.5)) / (0.6 * size),
        instead: scaled(light, 1.02),
      }),
    }
  },
  tiles: (seed, between) => {
    const size = between(19, 25)
    const joint = between(0.07, 0.1)
    const glaze: Color = [between(0.3, 0.5), between(0.5, 0.65), between(0.55, 0.7)]
    const mortar: Color = [0.78, 0.76, 0.72]
    const [tones, speckle] = noises(seed, 'tiles')
    const placesOf = (x: number, y: number) => {
      const row = Math.floor(y / size)
      const along = x / size + (row % 2) / 2
      const column = Math.floor(along)
      return { row, column, u: along - column, v: y / size - row }
    }
    return {
      colorAt: (x, y) => {
        const { row, column, u, v } = placesOf(x, y)
        const edge = Math.min(u, 1 - u, v, 1 - v)
        const tone = 0.88 + 0.24 * tones(column + 0.5, row + 0.5)
        const shine = 1 + 0.12 * (0.5 - v) + 0.1 * (speckle(x / 2.3, y / 2.3) - 0.5)
        return blend(mortar, scaled(glaze, tone * shine), step(joint * 0.6, joint, edge))
      },
      strandAt: (_, y) => {
        const row = Math.round(y / size)
        return {
          distance: (_x, at) => Math.abs(at / size - row) / (1.2 * joint),
          instead: scaled(glaze, 1),
        }
      },
    }
  },
}

function noises(seed: number, name: string): [Field, Field] {
  const random = randomFor(seed, `surface ${name}`)
  return [valueNoise(random), valueNoise(random)]
}

/** The material of a sample. */
export function surfaceOf(name: SurfaceName, seed: number): Surface {
  const random = randomFor(seed, `material ${name}`)
  return makers[name](seed, (low, high) => low + (high - low) * uniformFloat64(random))
}
