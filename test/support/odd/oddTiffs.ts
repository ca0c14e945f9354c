import { greyProfile } from '../colorProfiles'
import { roundedTo } from './roundedTo'
import type { Chooser } from './chooser'
import type { OddPicture, Truth } from './oddPicture'
import { type SampleKind, tiffBytes, type TiffCompression, type TiffPage, type TiffTag } from './tiffBytes'

const samples: readonly (readonly [SampleKind, number])[] = [
  ...([1, 2, 4, 8, 8, 8, 10, 12, 14, 16, 16, 16, 32] as const).map((bits) => ['unsigned', bits] as const),
  ...([8, 16, 32] as const).map((bits) => ['signed', bits] as const),
  ...([16, 32, 32, 64] as const).map((bits) => ['float', bits] as const),
]

/** Of the tag PhotometricInterpretation. */
const photometrics = {
  whiteIsZero: 0,
  blackIsZero: 1,
  rgb: 2,
  palette: 3,
  cmyk: 5,
  yCbCr: 6,
  lab: 8,
} as const
type Photometric = keyof typeof photometrics
const colorsOf: Record<Photometric, number> = {
  ...{ whiteIsZero: 1, blackIsZero: 1, palette: 1, rgb: 3, cmyk: 4, yCbCr: 3, lab: 3 },
}

const text = (tag: number, value: string): TiffTag => ({
  ...{ tag, type: 2 },
  values: [...Buffer.from(`${value}\0`, 'latin1')],
})

/** Everything that TIFF 6.0 lets be combined, and that programs do combine. */
export function oddTiff(choose: Chooser): OddPicture {
  const [kind, bits] = choose.one(samples)
  const photometric = photometricFor(choose, kind, bits)
  const colors = colorsOf[photometric]
  const extras =
    photometric === 'palette' || choose.chance(0.6) ? [] : choose.list(1, 3, () => choose.one([0, 0, 1, 2]))
  const channels = colors + extras.length
  const [width, height] = [choose.whole(3, 40), choose.whole(3, 40)]
  const pages = choose.one([1, 1, 1, 2, 3])
  const values = Array.from({ length: pages }, () => valuesFor(choose, kind, bits, width * height * channels))
  const compression = choose.one<TiffCompression>([
    'none',
    'none',
    'lzw',
    'deflate',
    'oldDeflate',
    'packBits',
  ])
  const canPredict = kind === 'float' ? bits === 32 : [8, 16, 32].includes(bits)
  const isPredicted = canPredict && ['lzw', 'deflate'].includes(compression) && choose.chance(0.4)
  const isPlanar = channels > 1 && photometric !== 'yCbCr' && choose.chance(0.25)
  const tile = choose.chance(0.25) ? ([16, choose.one([16, 32])] as const) : null
  const rowsPerStrip = choose.one([1, height, choose.whole(1, height)])
  const layout = { isLittle: choose.chance(0.6), isBig: choose.chance(0.15) }
  const orientation = choose.chance(0.4) ? choose.whole(1, 8) : null
  const profile = choose.chance(0.3) && ['blackIsZero', 'whiteIsZero'].includes(photometric)
  const tags = [
    ...commonTags(choose, orientation),
    ...(profile ? [{ tag: 34_675, type: 7, values: [...greyProfile(2.2)] } as const] : []),
    ...(photometric === 'palette' ? [paletteTag(bits)] : []),
    ...(photometric === 'yCbCr' ? [{ tag: 530, type: 3, values: [1, 1] } as const] : []),
  ]
  const page = (own: readonly number[], more: readonly TiffTag[] = []): TiffPage => ({
    ...{ width, height, channels, bits, kind, photometric: photometrics[photometric], extras, values: own },
    ...{ compression, isPredicted, isPlanar, tile, rowsPerStrip, tags: [...tags, ...more] },
  })
  const copy = choose.chance(0.15) ? [smallerCopy(page(values[0]!))] : []
  const name = [
    ...[`${kind[0]}${bits}`, photometric, extras.length > 0 && `extra${extras.join('')}`, compression],
    ...[isPredicted && 'predicted', isPlanar && 'planar', tile && 'tiles', `${pages}p`],
    ...[copy.length > 0 && 'copy', orientation && `o${orientation}`, profile && 'icc'],
    ...[layout.isLittle ? 'le' : 'be', layout.isBig && 'big'],
  ]
  return {
    name: `${name.filter(Boolean).join('-')}.tif`,
    bytes: tiffBytes([...values.map((own) => page(own)), ...copy], layout),
    truth: truthOf(values.flat(), { kind, bits, photometric, extras, pages, width, height }),
    orientation: orientation ?? 1,
  }
}

function photometricFor(choose: Chooser, kind: SampleKind, bits: number): Photometric {
  if (kind === 'float' || bits > 16 || kind === 'signed') return choose.one(['blackIsZero', 'rgb'])
  if (bits === 8)
    return choose.one(['blackIsZero', 'whiteIsZero', 'rgb', 'rgb', 'palette', 'cmyk', 'yCbCr', 'lab'])
  if (bits === 16) return choose.one(['blackIsZero', 'blackIsZero', 'whiteIsZero', 'rgb', 'rgb', 'cmyk'])
  if (bits < 8) return choose.one(['blackIsZero', 'whiteIsZero', 'palette'])
  return choose.one(['blackIsZero', 'rgb'])
}

function valuesFor(choose: Chooser, kind: SampleKind, bits: number, length: number): number[] {
  if (kind === 'float') {
    const [low, high] = choose.one([
      [0, 1] as const,
      [-0.3, 1.3] as const,
      [0, 5000] as const,
      [-1e-3, 1e-3] as const,
    ])
    return Array.from({ length }, () => roundedTo(bits, low + (high - low) * choose.share()))
  }
  const most = kind === 'signed' ? 2 ** (bits - 1) - 1 : 2 ** bits - 1
  const least = kind === 'signed' ? -most - 1 : 0
  // All of the values, or a small part of them as of a dark picture.
  const used = bits > 8 && choose.chance(0.4) ? 0.02 : 1
  return Array.from({ length }, () => Math.round(used * (least + (most - least) * choose.share())))
}

function commonTags(choose: Chooser, orientation: number | null): TiffTag[] {
  const resolution = (): TiffTag[] => [
    { tag: 282, type: 5, values: [choose.whole(1, 90_000), choose.one([1, 7, 10_000])] },
    { tag: 283, type: 5, values: [choose.whole(1, 90_000), choose.one([1, 7, 10_000])] },
    ...(choose.chance(0.8) ? [{ tag: 296, type: 3, values: [choose.whole(1, 3)] } as const] : []),
  ]
  return [
    ...(orientation ? [{ tag: 274, type: 3, values: [orientation] } as const] : []),
    ...(choose.chance(0.5) ? resolution() : []),
    ...(choose.chance(0.4) ? [text(270, 'ImageJ=1.54f\nunit=micron\nspacing=0.5\n')] : []),
    ...(choose.chance(0.3) ? [text(305, 'A microscope 2.1'), text(315, 'Somebody')] : []),
  ]
}

function paletteTag(bits: number): TiffTag {
  const count = 2 ** bits
  const values = [0, 1, 2].flatMap((c) =>
    Array.from({ length: count }, (_, i) => paletteColor(i, c, count) * 257),
  )
  return { tag: 320, type: 3, values }
}

const paletteColor = (i: number, c: number, count: number) =>
  c === 0 ? Math.floor((255 * i) / (count - 1)) : (i * 37 * c) % 256

/** The first page at half the size, as programs put it behind the others. */
function smallerCopy(page: TiffPage): TiffPage {
  const [width, height] = [Math.ceil(page.width / 2), Math.ceil(page.height / 2)]
  const values: number[] = []
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < page.channels; c++)
        values.push(page.values[(2 * y * page.width + 2 * x) * page.channels + c] ?? 0)
  const tags = [...page.tags, { tag: 254, type: 4, values: [1] } as const]
  return { ...page, width, height, values, rowsPerStrip: Math.min(height, page.rowsPerStrip), tags }
}

function truthOf(
  values: readonly number[],
  file: {
    readonly kind: SampleKind
    readonly bits: number
    readonly photometric: Photometric
    readonly extras: readonly number[]
    readonly pages: number
    readonly width: number
    readonly height: number
  },
): Truth {
  const { kind, bits, photometric, extras, pages, width, height } = file
  const shape = { pages, width, height }
  // Colours of print and of measurement are computed, and no two programs do so alike.
  if (['cmyk', 'yCbCr', 'lab'].includes(photometric)) return { ...shape, channels: null, values: null }
  if (photometric === 'palette') {
    const colors = values.flatMap((i) => [0, 1, 2].map((c) => paletteColor(i, c, 2 ** bits)))
    return { ...shape, channels: 3, values: colors }
  }
  const colors = colorsOf[photometric]
  const channels = colors + extras.length
  const most = 2 ** bits - 1
  const seen = (value: number, i: number) => {
    const turned = photometric === 'whiteIsZero' && i % channels === 0 ? most - value : value
    return bits < 8 && kind === 'unsigned' ? Math.round((turned * 255) / most) : turned
  }
  return { ...shape, channels, values: values.map(seen) }
}
