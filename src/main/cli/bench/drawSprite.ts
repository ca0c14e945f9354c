import { uniformInt } from 'pure-rand/distribution/uniformInt'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { randomFor } from '../../features/datasets/seededRandom'

/** Pixels. */
export const spriteSide = 24
const middle = (spriteSide - 1) / 2

type Color = readonly [red: number, green: number, blue: number]

const palette: readonly Color[] = [
  [214, 69, 65],
  [237, 137, 54],
  [246, 196, 69],
  [94, 170, 79],
  [47, 143, 157],
  [66, 103, 200],
  [128, 80, 178],
  [222, 125, 170],
  [140, 98, 66],
  [150, 156, 166],
]
const outline: Color = [34, 30, 44]
const white: Color = [246, 244, 238]

/**
 * A figure of pixels on a transparent ground: a body with a belly, eyes, legs, and horns or a hat. Side × side × 4 bytes.
 * The seed and the number decide all of it.
 */
export function drawSprite(seed: number, i: number): Uint8Array {
  const random = randomFor(seed, `sprite ${i}`)
  const body = drawBody(random)
  const sprite = new Uint8Array(spriteSide * spriteSide * 4)
  for (let at = 0; at < body.length; at++) {
    const color = body[at] ?? (touches(body, at) ? outline : null)
    if (color) sprite.set([...color, 255], at * 4)
  }
  return sprite
}

/** A color for each pixel, null where it is empty. Left and right are alike. */
function drawBody(random: RandomGenerator): (Color | null)[] {
  const pixels = new Array<Color | null>(spriteSide * spriteSide).fill(null)
  const between = (low: number, high: number) => uniformInt(random, low, high)
  const color = () => palette[between(0, palette.length - 1)]!
  const fill = (color: Color, isInside: (across: number, y: number) => boolean) => {
    for (let y = 1; y < spriteSide - 1; y++)
      for (let x = 1; x < spriteSide - 1; x++)
        if (isInside(Math.abs(x - middle), y)) pixels[y * spriteSide + x] = color
  }
  const [skin, belly, extra] = [color(), color(), color()]
  const [wide, tall, centre] = [between(4, 9), between(4, 7), between(10, 13)]
  const ellipse = (wide: number, tall: number, centre: number) => (across: number, y: number) =>
    (across / wide) ** 2 + ((y - centre) / tall) ** 2 <= 1
  const [apart, foot] = [between(1, 4), centre + tall + between(0, 3)]
  fill(extra, (across, y) => y > centre && y <= foot && across >= apart && across < apart + 2.5)
  const [lean, top] = [between(0, 3), centre - tall - between(0, 3)]
  fill(extra, (across, y) => y < centre && y >= top && across >= lean && across < lean + 2)
  fill(skin, ellipse(wide, tall, centre))
  fill(belly, ellipse(wide * 0.6, tall * 0.5, centre + tall * 0.5))
  const [gaze, size] = [between(1, 3), between(1, 2)]
  const eyes = centre - Math.round(tall * 0.4)
  fill(white, (across, y) => across >= gaze - 0.5 && across < gaze + size && Math.abs(y - eyes) <= 1)
  fill(outline, (across, y) => across >= gaze - 0.5 && across < gaze + 0.5 && y === eyes)
  return pixels
}

function touches(pixels: readonly (Color | null)[], at: number): boolean {
  const x = at % spriteSide
  const beside = (x > 0 && pixels[at - 1]) || (x < spriteSide - 1 && pixels[at + 1])
  return Boolean(beside || pixels[at - spriteSide] || pixels[at + spriteSide])
}
