import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Font, parse } from 'opentype.js/dist/opentype.mjs'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { randomFor } from './seededRandom'

/** Digits and capital letters: the labels, and the folders' names. */
export const sampleLabels = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ']

/** Pixels. */
export const glyphSide = 28
const boxSide = 19

/** Openly licensed (SIL Open Font License or Apache) fonts and the weights that differ visibly. */
const faces = {
  caveat: [400, 700],
  'comic-neue': [300, 400, 700],
  'courier-prime': [400, 700],
  'indie-flower': [400],
  inter: [300, 500, 900],
  'josefin-sans': [300, 500, 700],
  kalam: [300, 400, 700],
  lora: [400, 700],
  'patrick-hand': [400],
  'playfair-display': [400, 700, 900],
  'roboto-slab': [300, 500, 900],
  'space-mono': [400, 700],
}

/** Their thinnest lines would vanish. */
const hairlineFaces = new Set(['playfair-display'])

export interface Face {
  font: Font
  /** How many pixels the stroke may lose and gain: a heavy face can lose some, a light one gain more. */
  thinner: number
  bolder: number
}

export async function loadFaces(): Promise<Face[]> {
  const { resolve } = createRequire(import.meta.url)
  const wanted = Object.entries(faces).flatMap(([name, weights]) =>
    weights.map((weight) => ({ name, weight })),
  )
  return await Promise.all(
    wanted.map(async ({ name, weight }) => {
      const file = await readFile(resolve(`@fontsource/${name}/files/${name}-latin-${weight}-normal.woff`))
      const font = parse(Uint8Array.from(file).buffer)
      const thinner = hairlineFaces.has(name) || weight < 400 ? 0 : weight < 700 ? 0.25 : 0.6
      return { font, thinner, bolder: weight < 700 ? 1.8 : 0.6 }
    }),
  )
}

/**
 * The i-th glyph of a sample as SVG for a field of 28 × 28, light on dark. It depends on the seed and i only: the face,
 * an affine distortion, the width of the stroke, contrast and softness are drawn from a generator of its own.
 */
export function drawGlyph(faces: Face[], label: string, seed: number, i: number): string {
  const random = randomFor(seed, i)
  const between = (low: number, high: number) => low + (high - low) * uniformFloat64(random)
  const { font, thinner, bolder } = pick(random, faces)
  const glyph = font.charToGlyph(label)
  const { x1, y1, x2, y2 } = glyph.getBoundingBox()
  // Narrow letters are not blown up to the width of wide ones, nor is an I as fat as it is tall.
  const scale = boxSide / Math.max(x2 - x1, y2 - y1)
  const transform = [
    `translate(${fixed(glyphSide / 2 + between(-2, 2))} ${fixed(glyphSide / 2 + between(-2, 2))})`,
    `rotate(${fixed(between(-18, 18))})`,
    `skewX(${fixed(between(-16, 16))})`,
    `scale(${fixed(between(0.72, 1.12))} ${fixed(between(0.8, 1.12))})`,
    `scale(${scale.toFixed(6)})`,
    `translate(${fixed(-(x1 + x2) / 2)} ${fixed((y1 + y2) / 2)})`,
  ].join(' ')
  const light = grey(between(165, 255))
  const change = between(-thinner, bolder)
  const stroke = `stroke="${change < 0 ? '#000' : light}" stroke-width="${fixed(Math.abs(change) / scale)}"`
  const outline = glyph.getPath(0, 0, font.unitsPerEm).toPathData(1)
  const softness = softnessNames[uniformInt(random, 0, softnessNames.length - 1)]
  const filter = softness ? ` filter="url(#${softness})"` : ''
  return `<g${filter}><path transform="${transform}" d="${outline}" fill="${light}" ${stroke} stroke-linejoin="round"/></g>`
}

/** Half of the glyphs are sharp. */
const softnessNames = ['', '', 'soft', 'softer']
export const softnessFilters = `<defs>
  <filter id="soft"><feGaussianBlur stdDeviation="0.45"/></filter>
  <filter id="softer"><feGaussianBlur stdDeviation="0.8"/></filter>
</defs>`

function pick<T>(random: RandomGenerator, values: T[]): T {
  return values[uniformInt(random, 0, values.length - 1)]!
}

function grey(level: number): string {
  return `#${Math.round(level).toString(16).padStart(2, '0').repeat(3)}`
}

function fixed(value: number): string {
  return value.toFixed(3)
}
