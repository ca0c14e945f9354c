import { join } from 'node:path'
import { sharp, type OverlayOptions, type Sharp } from '../../base/sharp'
import { builtin, openNamedModel } from '../models/builtinModels'
import { imagesOfUnits } from '../../engine/imaging/kernelImages'
import { readWeights } from '../../store/checkpointStore'
import type { TrainedModel } from '../../store/modelStore'
import type { ComputeClient } from '../../worker/computeClient'
import { openPainter } from '../datasets/samplePainter'
import { photographFiles } from '../datasets/samplePhotographs'
import { randomFor } from '../datasets/seededRandom'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { sampleKinds } from '../../../shared/sampleKinds'
import type { MadeShowcase } from './makeShowcase'

/** Pixels of a picture; it is shown at half of that. */
const side = 384
const target = { runtime: 'onnx', device: 'cpu' } as const
const noiseSigma = 36
const photograph = 'animals/000035'
const accent = '#f2a33c'

type Save = (name: string, picture: Sharp) => Promise<unknown>

/** Pictures before and after for the doors of the start screen, and one of each sample: WebP files in `out`. */
export async function makeDoorPictures(
  out: string,
  made: MadeShowcase,
  client: ComputeClient,
): Promise<void> {
  const save: Save = (name, picture) =>
    picture.webp({ quality: 82, effort: 6 }).toFile(join(out, `${name}.webp`))
  await cleanPictures(save, client)
  await alikePictures(save, made)
  await oddPictures(save, made, client)
  await tiedPictures(save, made)
  for (const kind of sampleKinds) {
    const files = await (
      await openPainter(kind)
    ).paint(
      Array.from({ length: 16 }, (_, i) => i * 3 + 1),
      1,
    )
    await save(`sample-${kind}`, await grid(files, 4))
  }
}

/** A photograph of the sample with noise added, and what the built-in denoiser makes of it. */
async function cleanPictures(save: Save, client: ComputeClient): Promise<void> {
  const path = (await photographFiles()).find((file) => file.replaceAll('\\', '/').includes(photograph))!
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const random = randomFor(1, 'door')
  const gaussian = () =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(random))) * Math.cos(2 * Math.PI * uniformFloat64(random))
  const noisy = Uint8Array.from(data, (value) =>
    Math.round(Math.min(255, Math.max(0, value + noiseSigma * gaussian()))),
  )
  const { width, height } = info
  const shape = { width, height, channels: 3 } as const
  const { files, noise } = await openNamedModel(builtin('color'))
  let restored: Uint8Array = noisy
  await client.call(
    'denoise',
    {
      ...{
        ...target,
        ...shape,
        model: files,
        pixels: noisy.slice(),
        sigma: noiseSigma,
        strength: 1,
        tile: null,
      },
      trained: noise === null ? null : { kind: 'gaussian', min: 0, max: 55 },
    },
    {
      onEvent: (event) => {
        if (event.type === 'restored') restored = event.pixels as Uint8Array
      },
    },
  )
  await save('clean-before', enlarged(noisy, shape))
  await save('clean-after', enlarged(restored, shape))
}

/** Letters in any order, and the same ones where the model puts them. */
async function alikePictures(save: Save, { showcase }: MadeShowcase): Promise<void> {
  const { images, map } = showcase
  const rows = shuffled(images.count)
  const tile = 28
  const letter = (row: number) => tileOf(images.data, row)
  const first = await Promise.all(rows.slice(0, 100).map((row) => letterPng(letter(row))))
  await save('alike-before', await grid(first, 10))
  const labels = [...new Set(showcase.labels)]
  const placed = await Promise.all(
    rows.slice(0, 320).map(async (row): Promise<OverlayOptions> => {
      const hue = (360 * labels.indexOf(showcase.labels[row]!)) / labels.length
      const at = (axis: number) => Math.round(map[row * 2 + axis]! * (side - tile))
      return { input: await letterPng(letter(row), hue), left: at(0), top: at(1), blend: 'lighten' }
    }),
  )
  await save('alike-after', blank().composite(placed))
}

/** Letters with a few images among them that are none, and the same with those marked that the model draws worst. */
async function oddPictures(
  save: Save,
  { showcase, tied }: MadeShowcase,
  client: ComputeClient,
): Promise<void> {
  const columns = 6
  const rows = shuffled(showcase.images.count).slice(0, columns ** 2)
  const tiles = rows.map((row) => tileOf(showcase.images.data, row))
  for (const [place, kind] of [
    [9, 'faces'],
    [22, 'textures'],
    [31, 'faces'],
  ] as const) {
    const [file] = await (await openPainter(kind)).paint([place], 1)
    tiles[place] = await sharp(file).resize(28, 28).toColourspace('b-w').raw().toBuffer()
  }
  const errors = await Promise.all(tiles.map((pixels) => errorOf(pixels, tied, client)))
  const worst = errors
    .map((_, i) => i)
    .sort((a, b) => errors[b]! - errors[a]!)
    .slice(0, 3)
  const pngs = await Promise.all(tiles.map((pixels) => letterPng(pixels)))
  await save('odd-before', await grid(pngs, columns))
  const marked = await Promise.all(
    pngs.map((png, i) =>
      worst.includes(i)
        ? sharp(png)
            .extend({ top: 3, bottom: 3, left: 3, right: 3, background: accent })
            .resize(28, 28)
            .toBuffer()
        : sharp(png).linear(0.3, 0).toBuffer(),
    ),
  )
  await save('odd-after', await grid(marked, columns))
}

async function errorOf(pixels: Uint8Array, { files }: TrainedModel, client: ComputeClient): Promise<number> {
  const params = { ...target, model: files, pixels: Uint8Array.from(pixels), noise: null, seed: 1 }
  const { input, output } = await client.call('tryImage', params)
  return output.reduce((sum, value, i) => sum + (value - input[i]!) ** 2, 0)
}

/** Kernels in pairs, the encoder's and the decoder's of the same unit: two that differ, and two that are one. */
async function tiedPictures(save: Save, { tied, untied }: MadeShowcase): Promise<void> {
  for (const [name, model] of [
    ['tied-before', untied],
    ['tied-after', tied],
  ] as const) {
    const weights = await readWeights(model.files.weights)
    const encoder = weights['encoder.0.kernel']!
    const [inputs, units] = encoder.shape as [number, number]
    const { data } = weights['decoder.1.kernel']!
    // units × inputs, turned to lie as the encoder's does.
    const decoder = data.map((_, i) => data[(i % units) * inputs + Math.floor(i / units)]!)
    const strongest = Array.from({ length: 18 }, (_, i) => i * 5)
    const [own, other] = [encoder.data, decoder].map((kernel) =>
      imagesOfUnits(kernel, model.files.spec.input, strongest),
    )
    const pairs = strongest.flatMap((_, i) => [tileOf(own!.pixels, i), tileOf(other!.pixels, i)])
    await save(name, await grid(await Promise.all(pairs.map((pixels) => letterPng(pixels))), 6))
  }
}

/** Files of square images side by side, enlarged pixel by pixel where they are small. */
async function grid(files: readonly Buffer[], columns: number): Promise<Sharp> {
  const field = Math.floor(side / columns)
  const inset = Math.floor((side - field * columns) / 2)
  const placed = await Promise.all(
    files.map(async (file, i): Promise<OverlayOptions> => {
      const input = await sharp(file)
        .resize(field - 2, field - 2, { kernel: 'lanczos3' })
        .toColourspace('srgb')
        .png()
        .toBuffer()
      return {
        input,
        left: inset + (i % columns) * field + 1,
        top: inset + Math.floor(i / columns) * field + 1,
      }
    }),
  )
  return blank().composite(placed)
}

const blank = () => sharp({ create: { width: side, height: side, channels: 3, background: '#101319' } })

function enlarged(pixels: Uint8Array, shape: { width: number; height: number; channels: 3 }): Sharp {
  return sharp(pixels, { raw: shape })
    .extract({ left: 32, top: 0, width: 192, height: 192 })
    .resize(side, side)
}

const tileOf = (pixels: Uint8Array, i: number) => pixels.subarray(i * 28 ** 2, (i + 1) * 28 ** 2)

/** A grey image as PNG, or in one hue. */
async function letterPng(pixels: Uint8Array, hue?: number): Promise<Buffer> {
  const grey = sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } }).toColourspace('srgb')
  if (hue === undefined) return grey.png().toBuffer()
  const [red, green, blue] = rgbOf(hue)
  const tinted = Uint8Array.from({ length: 28 ** 2 * 3 }, (_, i) => {
    const value = pixels[Math.floor(i / 3)]! / 255
    return Math.round(value * [red, green, blue][i % 3]!)
  })
  return sharp(tinted, { raw: { width: 28, height: 28, channels: 3 } })
    .png()
    .toBuffer()
}

/** A light colour of this hue. */
function rgbOf(hue: number): [number, number, number] {
  const channel = (shift: number) => {
    const k = (shift + hue / 30) % 12
    return Math.round(255 * (0.66 - 0.34 * Math.max(-1, Math.min(k - 3, 9 - k, 1))))
  }
  return [channel(0), channel(8), channel(4)]
}

function shuffled(count: number): number[] {
  const random = randomFor(2, 'rows')
  const keys = Array.from({ length: count }, () => uniformFloat64(random))
  return keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]!)
}
