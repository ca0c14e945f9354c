import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { mix, step, valueNoise } from '../../datasets/sampleNoise'
import { randomFor } from '../../datasets/seededRandom'
import { type Color, type Surface, surfaceOf, type SurfaceName, surfaceSide } from './surfaces'

export const defectNames = ['scratch', 'spot', 'missing_thread', 'wrong_colour'] as const
export type DefectName = (typeof defectNames)[number]

/** An image and where it is damaged. */
export interface Damaged {
  /** side × side × 3 bytes. */
  readonly pixels: Uint8Array
  /** side × side bytes: 255 where it is damaged. */
  readonly mask: Uint8Array
}

type Between = (low: number, high: number) => number
/** How much of a defect there is at a pixel, 0..1, and what colour it makes of the one that is there. */
interface Defect {
  shareAt(x: number, y: number): number
  colored(color: Color, x: number, y: number): Color
}

/** From this share on a pixel counts as damaged. */
const damagedFrom = 0.25

/** @param defect null for a good one. The same seed and number give the same image. */
export function drawSurface(
  name: SurfaceName,
  defect: DefectName | null,
  seed: number,
  number: number,
): Damaged {
  const surface = surfaceOf(name, seed)
  const random = randomFor(seed, `${name} ${defect ?? 'good'} ${number}`)
  const between: Between = (low, high) => low + (high - low) * uniformFloat64(random)
  const place = viewOf(between)
  const light = between(0.94, 1.06)
  const slope = [between(-0.04, 0.04), between(-0.04, 0.04)] as const
  const damage = defect && defects[defect]({ surface, place, between, edge: valueNoise(random) })
  const pixels = new Uint8Array(surfaceSide ** 2 * 3)
  const mask = new Uint8Array(surfaceSide ** 2)
  for (let y = 0; y < surfaceSide; y++)
    for (let x = 0; x < surfaceSide; x++) {
      const [u, v] = place(x, y)
      let color = surface.colorAt(u, v)
      const share = damage ? damage.shareAt(x, y) : 0
      if (damage && share > 0) {
        const changed = damage.colored(color, x, y)
        color = [0, 1, 2].map((c) => mix(color[c]!, changed[c]!, share)) as unknown as Color
      }
      const at = y * surfaceSide + x
      if (share >= damagedFrom) mask[at] = 255
      const lit = light * (1 + (slope[0] * (x - 64) + slope[1] * (y - 64)) / 64)
      const grain = between(-0.015, 0.015)
      for (let c = 0; c < 3; c++)
        pixels[at * 3 + c] = Math.round(255 * Math.min(1, Math.max(0, color[c]! * lit + grain)))
    }
  return { pixels, mask }
}

/** Each image shows another piece of the plane, turned by a degree or two at most. */
function viewOf(between: Between): (x: number, y: number) => [number, number] {
  const angle = between(-0.03, 0.03)
  const [left, top] = [between(0, 4000), between(0, 4000)]
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return (x, y) => [left + cos * x - sin * y, top + sin * x + cos * y]
}

interface Scene {
  readonly surface: Surface
  readonly place: (x: number, y: number) => [number, number]
  readonly between: Between
  readonly edge: (x: number, y: number) => number
}

const defects: Readonly<Record<DefectName, (scene: Scene) => Defect>> = {
  scratch: ({ between, edge }) => {
    const [x0, y0] = [between(24, 104), between(24, 104)]
    const [angle, length] = [between(0, Math.PI), between(30, 70)]
    const [width, bend] = [between(0.7, 1.5), between(-5, 5)]
    const tone = between(0, 1) < 0.5 ? 0.95 : 0.08
    return {
      shareAt: (x, y) => {
        const along = (x - x0) * Math.cos(angle) + (y - y0) * Math.sin(angle)
        const across = (y - y0) * Math.cos(angle) - (x - x0) * Math.sin(angle)
        const t = (2 * along) / length
        if (Math.abs(t) > 1) return 0
        const far = Math.abs(across - bend * (1 - t * t) - 2 * (edge(along / 9, 0.5) - 0.5))
        return 1 - step(width, width + 1, far)
      },
      colored: () => [tone, tone, tone],
    }
  },
  spot: ({ between, edge }) => {
    const [x0, y0] = [between(16, 112), between(16, 112)]
    const radius = between(5, 12)
    const stretch = between(0.7, 1.4)
    const dark = between(0.25, 0.5)
    return {
      shareAt: (x, y) => {
        const ragged = 1 + 0.5 * (edge(x / 6, y / 6) - 0.5)
        return 1 - step(0.75, 1, Math.hypot((x - x0) / stretch, (y - y0) * stretch) / (radius * ragged))
      },
      colored: ([r, g, b]) => [r * dark, g * dark, b * dark * 0.9],
    }
  },
  missing_thread: ({ surface, place, between }) => {
    const [x0, y0] = [between(30, 98), between(16, 112)]
    const strand = surface.strandAt(...place(x0, y0))
    const length = between(22, 50)
    return {
      shareAt: (x, y) =>
        (1 - step(length / 2, length / 2 + 2, Math.abs(x - x0))) *
        (1 - step(0.8, 1, strand.distance(...place(x, y)))),
      colored: () => strand.instead,
    }
  },
  wrong_colour: ({ between, edge }) => {
    const [x0, y0] = [between(24, 104), between(24, 104)]
    const radius = between(9, 18)
    const turn = between(0, 1) < 0.5
    const amount = between(0.5, 0.9)
    return {
      shareAt: (x, y) =>
        amount * (1 - step(0.8, 1, Math.hypot(x - x0, y - y0) / (radius * (0.8 + 0.4 * edge(x / 9, y / 9))))),
      colored: ([r, g, b]) => (turn ? [b, r, g] : [g, b, r]),
    }
  },
}
