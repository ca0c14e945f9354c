import { join } from 'node:path'
import { sharp } from '../../base/sharp'
import { drawnKinds, drawPicture } from '../../engine/imaging/drawnPictures'
import {
  type Bytes,
  syntheticNoises,
  withSyntheticNoise,
  type SyntheticNoise,
} from '../../engine/imaging/syntheticNoise'
import { findImages } from '../../features/datasets/findImages'
import { openPicture } from '../../features/denoising/measurePair'
import { findPairs } from '../../features/denoising/picturePairs'
import type { Picture } from '../../features/pictures/readPicture'

/** A row of the table: pictures as they come in, and what is right for each. */
export interface NoiseRow {
  readonly name: string
  /** Whether there is nothing to take out, so that no value may change. */
  readonly isClean: boolean
  /** Read or made one at a time. */
  readonly pictures: readonly (() => Promise<{ given: Picture; clean: Picture }>)[]
}

export interface RowsRequest {
  /** A folder with noisy/ and clean/. */
  readonly pairs: string
  /** A folder of clean photographs; null for none. */
  readonly photographs: string | null
  /** Photographs that are taken, spread evenly, and height and width of the part of each. */
  readonly count: number
  readonly side: number
  readonly seed: number
}

const jpegQualities = [20, 40, 60] as const
const cleanQuality = 90

/** @throws ExpectedError, UnusableImage */
export async function realNoiseRows(request: RowsRequest): Promise<NoiseRow[]> {
  const { pairs } = await findPairs([join(request.pairs, 'noisy')], join(request.pairs, 'clean'))
  const real: NoiseRow = {
    name: 'real pairs',
    isClean: false,
    pictures: pairs.map(({ noisy, clean }) => async () => ({
      given: await openPicture(noisy),
      clean: await openPicture(clean),
    })),
  }
  const drawn = drawnKinds.map((kind) => ({
    name: kind,
    pictures: [1, 2, 3].map((seed) => drawPicture(kind, seed)),
  }))
  const photographs = await readPhotographs(request)
  const noises = Object.keys(syntheticNoises) as SyntheticNoise[]
  const noisy =
    photographs.length === 0 ? [] : noises.map((kind) => syntheticRow(kind, photographs, request.seed))
  const jpegs = photographs.length === 0 ? [] : jpegQualities.map((quality) => jpegRow(quality, photographs))
  const clean = [
    ...(photographs.length === 0 ? [] : [{ name: 'photographs', pictures: photographs }]),
    ...drawn,
  ]
  return [real, ...noisy, ...jpegs, ...clean.flatMap(cleanRows)]
}

function syntheticRow(kind: SyntheticNoise, photographs: readonly Bytes[], seed: number): NoiseRow {
  const pictures = photographs.map((photograph, i) => async () => ({
    given: pictureOf(withSyntheticNoise(photograph, kind, seed + i)),
    clean: pictureOf(photograph),
  }))
  return { name: kind, isClean: false, pictures }
}

function jpegRow(quality: number, photographs: readonly Bytes[]): NoiseRow {
  const pictures = photographs.map((photograph) => async () => ({
    given: pictureOf(await asJpeg(photograph, quality)),
    clean: pictureOf(photograph),
  }))
  return { name: `JPEG ${quality}`, isClean: false, pictures }
}

function cleanRows({ name, pictures }: { name: string; pictures: readonly Bytes[] }): NoiseRow[] {
  const row = (kind: string, made: (picture: Bytes) => Promise<Bytes>): NoiseRow => ({
    name: `clean ${name}, ${kind}`,
    isClean: true,
    pictures: pictures.map((picture) => async () => {
      const given = pictureOf(await made(picture))
      return { given, clean: given }
    }),
  })
  return [
    row('PNG', async (picture) => picture),
    row(`JPEG ${cleanQuality}`, (picture) => asJpeg(picture, cleanQuality)),
  ]
}

const pictureOf = ({ data, ...shape }: Bytes): Picture => ({
  ...shape,
  format: 'png',
  pixels: data,
  orientation: 1,
  pages: 1,
})

async function asJpeg({ data, width, height, channels }: Bytes, quality: number): Promise<Bytes> {
  return decoded(await sharp(data, { raw: { width, height, channels } }).jpeg({ quality }).toBuffer())
}

async function decoded(
  input: string | Buffer,
  part?: { left: number; top: number; width: number; height: number },
): Promise<Bytes> {
  const whole = sharp(input).removeAlpha().toColourspace('srgb')
  const { data, info } = await (part ? whole.extract(part) : whole)
    .raw()
    .toBuffer({ resolveWithObject: true })
  return {
    width: info.width,
    height: info.height,
    channels: info.channels as 1 | 3,
    data: new Uint8Array(data),
  }
}

/** The middle of each. */
async function readPhotographs({ photographs, count, side }: RowsRequest): Promise<Bytes[]> {
  if (photographs === null) return []
  const { images } = await findImages([photographs], { labels: 'none' })
  const files = images.flatMap((image) => (image.kind === 'file' ? image.absolute : []))
  const number = Math.min(count, files.length)
  const taken = Array.from({ length: number }, (_, i) => files[Math.floor((i * files.length) / number)]!)
  return Promise.all(
    taken.map(async (path) => {
      const { width, height } = await sharp(path).metadata()
      const [across, down] = [Math.min(side, width), Math.min(side, height)]
      const part = { left: (width - across) >> 1, top: (height - down) >> 1, width: across, height: down }
      return decoded(path, part)
    }),
  )
}
