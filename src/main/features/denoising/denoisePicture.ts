import { copyFile } from 'node:fs/promises'
import type { FoundRepairs } from '../../../shared/api/denoising'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import type { StrengthMask } from '../../../shared/strengthMask'
import { replaceFile } from '../../store/atomicWrite'
import type { ComputeClient } from '../../worker/computeClient'
import type { ComputeTarget } from '../../worker/protocol'
import type { ImageNoise, PixelData } from './tasks/denoisingTasks'
import type { PreparedImage } from '../pictures/prepareImage'
import type { DenoisingModel } from './denoisingModels'
import { foundRepairs, kindOfNoise, type NoiseKind } from './foundRepairs'
import { rangeIn, sigmaScale } from '../pictures/pictureScale'
import type { Picture } from '../pictures/readPicture'
import { storedMask } from './strengthMasks'
import { asTheOriginal, newExtension, writePicture, type WriteOptions } from '../pictures/writePicture'

export interface DenoiseSettings extends ComputeTarget {
  /** On the 0-255 scale; null to estimate it. */
  readonly sigma: number | null
  /** See DenoiseParams. */
  readonly strength: number
  /** Height and width of a tile; null for what goes into memory. */
  readonly tile: number | null
  /** See DenoiseParams. */
  readonly threads?: number
  /** See Mix; all of the change if not given. */
  readonly color?: number
  readonly detail?: number
  /** What was painted over the picture, upright; it lies over each of its pages. */
  readonly mask?: StrengthMask | null
  /** What the model made of it before, all of it. */
  readonly restored?: PixelData
  /** Of a picture of one page, where it is known: see DenoiseSubject. */
  readonly noise?: ImageNoise | null
}

export interface PictureWork {
  readonly client: ComputeClient
  readonly signal?: AbortSignal
  /** Share of the picture that is done, 0..1. */
  readonly onProgress: (share: number) => void
  readonly onSmallerTile: (tile: number) => void
  /** The work waits between tiles until this resolves; undefined to go on. */
  readonly paused?: () => Promise<void> | undefined
}

export interface DenoisedPicture {
  readonly pixels: Uint8Array | Uint16Array
  /** In each channel of colour, on the 0-255 scale; null where the picture is too small to tell. */
  readonly sigma: readonly number[] | null
  /** Null where the sigma was given, or nothing can be told. */
  readonly noise: NoiseKind | null
  /** Null where there was nothing to do. */
  readonly tile: number | null
  /** What was found besides noise; of several pages, in the first of them. */
  readonly repairs: FoundRepairs
}

/**
 * Takes the noise out of a picture, page by page. Its own pixels may go to the worker, and are empty afterwards.
 *
 * @throws ExpectedError, CancelledError
 */
export async function denoisePicture(
  picture: Picture,
  model: DenoisingModel,
  settings: DenoiseSettings,
  work: PictureWork,
): Promise<DenoisedPicture> {
  const { pages, pixels } = picture
  if (pages === 1) return denoisePage(picture, model, settings, work)
  const size = pixels.length / pages
  const result = copyOf(pixels)
  const done: DenoisedPicture[] = []
  for (let page = 0; page < pages; page++) {
    const own = { ...picture, pixels: pixels.subarray(page * size, (page + 1) * size), pages: 1 }
    const onProgress = (share: number) => work.onProgress((page + share) / pages)
    const restored = await denoisePage(own, model, settings, { ...work, onProgress })
    result.set(restored.pixels, page * size)
    done.push(restored)
  }
  const tile = done.find((one) => one.tile !== null)?.tile ?? null
  return { ...done[0]!, pixels: result, tile }
}

async function denoisePage(
  picture: Picture,
  { files: model, trained }: DenoisingModel,
  settings: DenoiseSettings,
  { client, signal, onProgress, onSmallerTile, paused }: PictureWork,
): Promise<DenoisedPicture> {
  const { height, width, channels, orientation } = picture
  const scale = sigmaScale(picture)
  const range = rangeIn(picture)
  const sigma = settings.sigma === null ? null : settings.sigma * scale
  const mask = settings.mask ? storedMask(settings.mask, orientation) : null
  const pixels = ownBuffer(picture.pixels)
  let restored: Uint8Array | Uint16Array = new Uint8Array()
  const { estimated, levels, tile, repairs } = await client.call(
    'denoise',
    { model, trained, pixels, height, width, channels, range, ...settings, sigma, mask },
    {
      signal,
      transfer: [pixels.buffer],
      onEvent: (event) => {
        if (event.type === 'smaller-tile') onSmallerTile(event.tile)
        else if (event.type === 'restored') restored = event.pixels
        else {
          onProgress(event.done / event.total)
          return paused?.()
        }
      },
    },
  )
  keepWithin(restored, picture)
  const given = settings.sigma === null ? null : new Array<number>(channels < 3 ? 1 : 3).fill(settings.sigma)
  const sigmas = given ?? estimated?.map((one) => one / scale) ?? null
  const noise = given ? null : kindOfNoise(sigmas, levels, scale)
  return { pixels: restored, sigma: sigmas, noise, tile, repairs: foundRepairs(repairs, picture) }
}

/** What decoders hand out may be a Buffer, whose own `slice` does not copy. */
export const copyOf = (pixels: Uint8Array | Uint16Array): Uint8Array | Uint16Array =>
  pixels instanceof Uint16Array ? new Uint16Array(pixels) : new Uint8Array(pixels)

/** Where a file has so many bits in use, or says what its largest value is, a result has no larger ones. */
function keepWithin(pixels: Uint8Array | Uint16Array, { scale, floats, channels }: Picture): void {
  if (!scale || floats || (scale.basis !== 'bits' && scale.basis !== 'file')) return
  for (let i = 0; i < pixels.length; i++) {
    const isAlpha = channels % 2 === 0 && i % channels === channels - 1
    if (!isAlpha && pixels[i]! > scale.white) pixels[i] = scale.white
  }
}

/** Decoders may hand out a part of a buffer that holds other things too. */
function ownBuffer(pixels: Uint8Array | Uint16Array): (Uint8Array | Uint16Array) & { buffer: ArrayBuffer } {
  const isWhole = pixels.byteLength === pixels.buffer.byteLength && pixels.buffer instanceof ArrayBuffer
  return (isWhole ? pixels : copyOf(pixels)) as (Uint8Array | Uint16Array) & { buffer: ArrayBuffer }
}

/** How the encoder says that the disk is full; it has no codes. */
const diskFull = /no space left|disk full|ENOSPC|write error|wbuffer_write|unable to write/i

/** Whether a result is its original, byte by byte: nothing was changed in it, and its format can stay. */
export const isCopy = (
  picture: Picture,
  { tile }: Pick<DenoisedPicture, 'tile'>,
  options: WriteOptions,
): boolean => tile === null && newExtension(picture, options) === null

export interface ResultOptions extends WriteOptions {
  /** Aborted before the file has its name, none is left; the encoder ends in its own time all the same. */
  readonly signal?: AbortSignal
}

/**
 * Writes a result, whole or not at all. A picture in which nothing was changed is copied, byte by byte, where its format
 * can stay.
 *
 * @throws ExpectedError, CancelledError
 */
export async function writeResult(
  path: string,
  original: PreparedImage,
  picture: Picture,
  result: DenoisedPicture,
  options: ResultOptions = asTheOriginal,
): Promise<void> {
  const isSame = isCopy(picture, result, options)
  await replaceFile(path, async (partial) => {
    if (isSame) return copyFile(original.path, partial)
    try {
      await writePicture(original, picture, result.pixels, partial, options)
      if (options.signal?.aborted) throw new CancelledError('Stopped.')
    } catch (error) {
      if (!(error instanceof Error) || !diskFull.test(error.message)) throw error
      throw new ExpectedError('disk-full', sentence('denoising.diskFull', { path }), { cause: error })
    }
  })
}
