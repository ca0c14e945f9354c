import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import type { SamplePainter } from './samplePainter'
import { drawingsASheet, drawSheet } from './sampleSheet'
import { randomFor } from './seededRandom'

/** Pixels. */
const side = 64
const middle = side / 2
/** What the mouth does. */
const labels = ['serious', 'smiling', 'surprised'] as const
type Label = (typeof labels)[number]

/** As hue, saturation and lightness: from fair to dark. */
const skins = [
  [24, 58, 84],
  [26, 52, 76],
  [27, 45, 66],
  [25, 42, 54],
  [22, 40, 42],
  [20, 38, 32],
] as const
const hairs = ['#17120f', '#2d1c12', '#4f3018', '#7c4a22', '#b98343', '#d9b26b', '#8f3a1d', '#9a9a9c']
const irises = ['#3b2a1a', '#5a3d22', '#3f5f45', '#3d6690', '#59636b']

/** Drawn faces, in colour, 64 × 64, one folder an expression. */
export async function openFacePainter(): Promise<SamplePainter> {
  const labelOf = (i: number) => labels[i % labels.length]!
  return {
    extension: 'png',
    together: drawingsASheet,
    labelOf,
    paint: (numbers, seed) =>
      drawSheet({ drawings: numbers.map((i) => drawFace(labelOf(i), seed, i)), side, channels: 3 }),
  }
}

interface Face {
  /** Half the width and half the height of the head. */
  readonly wide: number
  readonly tall: number
  readonly skin: string
  readonly shade: string
  readonly hair: string
  readonly between: (low: number, high: number) => number
  readonly pick: <T>(values: readonly T[]) => T
}

/** A head that is moved and tilted a little, in front of one colour. */
function drawFace(label: Label, seed: number, i: number): string {
  const random = randomFor(seed, `face ${i}`)
  const face = faceOf(random)
  const { between } = face
  const place = `translate(${fixed(between(-4, 4))} ${fixed(between(-3, 3))}) rotate(${fixed(between(-9, 9))} ${middle} ${middle}) scale(${fixed(between(0.92, 1.08))})`
  const back = hsl(between(0, 360), between(15, 55), between(35, 80))
  const long = between(0, 1) < 0.45
  return [
    `<rect width="${side}" height="${side}" fill="${back}"/>`,
    `<g transform="${place}">`,
    long ? longHair(face) : '',
    neckAndEars(face),
    ellipse(middle, 33, face.wide, face.tall, face.skin),
    eyes(face, label),
    nose(face),
    mouth(face, label),
    fringe(face),
    '</g>',
  ].join('')
}

function faceOf(random: RandomGenerator): Face {
  const between = (low: number, high: number) => low + (high - low) * uniformFloat64(random)
  const pick = <T>(values: readonly T[]) => values[Math.floor(uniformFloat64(random) * values.length)]!
  const [hue, saturation, lightness] = pick(skins)
  const tone = between(-4, 4)
  return {
    between,
    pick,
    wide: between(14.5, 18.5),
    tall: between(19, 22.5),
    skin: hsl(hue, saturation, lightness + tone),
    shade: hsl(hue, saturation, (lightness + tone) * 0.8),
    hair: pick(hairs),
  }
}

function longHair({ wide, tall, hair, between }: Face): string {
  const width = 2 * wide + 10
  return `<rect x="${fixed(middle - width / 2)}" y="${fixed(33 - tall - 3)}" width="${fixed(width)}" height="${fixed(tall * 2 + between(2, 12))}" rx="${fixed(wide)}" fill="${hair}"/>`
}

function neckAndEars({ wide, skin, shade, between }: Face): string {
  const ear = between(2.6, 3.8)
  const shirt = hsl(between(0, 360), between(20, 60), between(25, 65))
  return [
    `<rect x="${middle - 7}" y="44" width="14" height="20" fill="${shade}"/>`,
    ellipse(middle, 67, between(20, 26), 10, shirt),
    ellipse(middle - wide, 34, ear, ear * 1.4, skin),
    ellipse(middle + wide, 34, ear, ear * 1.4, skin),
  ].join('')
}

function eyes({ wide, hair, between, pick }: Face, label: Label): string {
  const apart = wide * between(0.4, 0.5)
  const height = between(29, 32)
  const open = label === 'surprised' ? between(3.2, 4) : between(1.8, 2.7)
  const width = between(3, 3.9)
  const iris = pick(irises)
  const brow = height - open - between(1.6, 2.8) - (label === 'surprised' ? 1.5 : 0)
  const tilt = between(-0.8, 0.8)
  const look = between(-0.8, 0.8)
  return [-1, 1]
    .map((way) => {
      const x = middle + way * apart
      return [
        ellipse(x, height, width, open, '#f6f2ec'),
        ellipse(x + look, height, Math.min(1.9, open), Math.min(1.9, open), iris),
        ellipse(x + look, height, 0.8, 0.8, '#111'),
        line(
          `M${fixed(x - width)} ${fixed(brow + way * tilt)}L${fixed(x + width)} ${fixed(brow - way * tilt)}`,
          hair,
          1.3,
        ),
      ].join('')
    })
    .join('')
}

function nose({ shade, between }: Face): string {
  const length = between(5, 8)
  const width = between(1.5, 3)
  return line(
    `M${middle} 33L${fixed(middle - width)} ${fixed(33 + length)}L${fixed(middle + 0.5)} ${fixed(33 + length)}`,
    shade,
    1.2,
  )
}

function mouth({ wide, between, pick }: Face, label: Label): string {
  const half = wide * between(0.3, 0.46)
  const y = between(44, 47)
  const lips = pick(['#9c4a45', '#b8605a', '#7d3835', '#a8504f'])
  if (label === 'surprised') return ellipse(middle, y + 1, half * 0.5, between(2.4, 3.8), '#4a1f22')
  const depth = label === 'smiling' ? between(3.5, 6) : between(-0.8, 0.6)
  const curve = `M${fixed(middle - half)} ${fixed(y)}Q${middle} ${fixed(y + depth)} ${fixed(middle + half)} ${fixed(y)}`
  const teeth = label === 'smiling' && between(0, 1) < 0.5
  return teeth
    ? `<path d="${curve}Z" fill="#f7f3ee" stroke="${lips}" stroke-width="1.2"/>`
    : line(curve, lips, between(1.3, 2.1))
}

/** What is seen of the hair from the front; some heads are bald. */
function fringe({ wide, tall, hair, between }: Face): string {
  if (between(0, 1) < 0.1) return ''
  const top = 33 - tall
  const low = top + between(6, 11)
  const parting = between(-0.6, 0.6) * wide
  const left = fixed(middle - wide - 1)
  const right = fixed(middle + wide + 1)
  return `<path d="M${left} ${fixed(low + 5)}Q${left} ${fixed(top - 4)} ${middle} ${fixed(top - 4)}Q${right} ${fixed(top - 4)} ${right} ${fixed(low + 5)}Q${fixed(middle + wide * 0.7)} ${fixed(low - 1)} ${fixed(middle + parting)} ${fixed(low - 2)}Q${fixed(middle - wide * 0.7)} ${fixed(low - 1)} ${left} ${fixed(low + 5)}Z" fill="${hair}"/>`
}

function ellipse(x: number, y: number, rx: number, ry: number, fill: string): string {
  return `<ellipse cx="${fixed(x)}" cy="${fixed(y)}" rx="${fixed(rx)}" ry="${fixed(ry)}" fill="${fill}"/>`
}

function line(path: string, color: string, width: number): string {
  return `<path d="${path}" fill="none" stroke="${color}" stroke-width="${fixed(width)}" stroke-linecap="round" stroke-linejoin="round"/>`
}

const hsl = (hue: number, saturation: number, lightness: number) =>
  `hsl(${fixed(hue)},${fixed(saturation)}%,${fixed(lightness)}%)`

const fixed = (value: number) => value.toFixed(2)
