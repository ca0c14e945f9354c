import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { FoundRepairs } from '../../../shared/api/denoising'
import type { Skipped } from '../../../shared/dataset'
import { formatNoise, isRepairedFor, type RestoringQuality } from '../../../shared/noise'
import type { PictureRange, ToldScale } from '../../../shared/pictureRange'
import { CancelledError, ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { makeFolder } from '../../store/makeFolder'
import { findImages } from '../datasets/findImages'
import { mapOrdered } from '../../base/mapOrdered'
import { type PreparedImage, prepareImage } from '../pictures/prepareImage'
import { reasonOf } from '../pictures/unusableImage'
import type { ModelWork } from '../models/modelWork'
import { type DenoiseSettings, denoisePicture, isCopy, writeResult } from './denoisePicture'
import { DenoisingModels } from './denoisingModels'
import { mendableJpeg } from './damage/jpegQuality'
import { FolderScales } from './folderScales'
import type { NoiseKind } from './foundRepairs'
import { checkOutputs, OutputNames } from './outputNames'
import { animatedPages, manyInOneFile, type Picture, readPicture } from '../pictures/readPicture'
import { isSame, type SavedResults, stampOf } from './savedResults'
import { asTheOriginal, newExtension } from '../pictures/writePicture'

export interface DenoiseRequest extends DenoiseSettings {
  /** Folder of a run or of a saved model, or builtin:NAME; null for the built-in one that suits each picture. */
  readonly model: string | null
  readonly images: readonly string[]
  /** The folder for the results. */
  readonly out: string
  readonly overwrite: boolean
  /** Black and white of pictures with more than 8 bits. */
  readonly range?: PictureRange
  /** `fast` if not given. */
  readonly quality?: RestoringQuality
}

export interface DenoisedImage {
  readonly path: string
  /** Of the result. */
  readonly file: string
  readonly model: string
  /** What the model learned to remove, where that has no strength that could be told of a picture; null else. */
  readonly learned: string | null
  readonly width: number
  readonly height: number
  /** In each channel of colour, on the 0-255 scale; null where the image is too small to tell. */
  readonly sigma: readonly number[] | null
  /** Null where the sigma was given, or nothing can be told. */
  readonly noise: NoiseKind | null
  /** What was found besides noise. */
  readonly repairs: FoundRepairs
  /** Black and white, of a picture with more than 8 bits. */
  readonly scale: ToldScale | null
  /** Height and width; null where there was nothing to do. */
  readonly tile: number | null
  /** Of estimating and restoring, without reading and writing. */
  readonly ms: number
}

/** Progress is in megapixels. */
export interface DenoiseWork extends Omit<ModelWork, 'onImport'> {
  readonly onImage?: (image: DenoisedImage) => void
  /** A sentence that a person should see. */
  readonly onNote?: (sentence: string) => void
  /** Knows what was done before, which is left out then. */
  readonly results?: SavedResults
}

/** A picture, and where its result goes. */
interface Target {
  readonly path: string
  readonly absolute: string
  /** Of the result, within the folder for all. */
  readonly name: string
  readonly megapixels: number
  readonly isDone: boolean
}

/** What is read ahead while the model works; a picture larger than that is read when its turn has come. */
const bytesAhead = 200e6
const bytesPerPixel = 6
const room = {
  width: Math.min(2, availableParallelism()),
  weigh: ({ megapixels }: Target) => megapixels * 1e6 * bytesPerPixel,
  budget: bytesAhead,
}

/**
 * Takes the noise out of pictures, and writes each under its own name as soon as it is done: format, depth, profile and
 * metadata stay what they were. Those that cannot be taken are left out, and those that were done before.
 *
 * @returns how many were written, and how many were done before
 * @throws ExpectedError when nothing could be done, or the disk says no; CancelledError; what was written stays
 */
export async function denoiseImages(
  request: DenoiseRequest,
  work: DenoiseWork,
): Promise<{ count: number; done: number }> {
  const { signal } = work
  const models = new DenoisingModels(request.model, request.quality)
  // What is wrong with the model is told before any picture is looked at.
  const given = request.model === null ? null : await models.for({ channels: 1 })
  const settings = settingsOf(request, given && (await stampOf(given.files.weights)))
  const { targets: all, skipped } = await findTargets(request, settings, work)
  const targets = all.filter(({ isDone }) => !isDone)
  const done = all.length - targets.length
  const scales = new FolderScales(() => all.map(({ absolute }) => absolute))
  const total = targets.reduce((sum, { megapixels }) => sum + megapixels, 0)
  let [count, behind] = [0, 0]
  const own = <T extends object>(step: () => Promise<T>) => orReason(step, signal)
  const read = async (target: Target) => ({
    target,
    opened: await own(() => openPicture(target, scales, request.range)),
  })
  // While one is written the next is computed.
  let writing: Promise<DenoisedImage | Skipped> | null = null
  const written = async () => {
    const ended = await writing
    writing = null
    if (!ended) return
    if ('reason' in ended) skipped.push(ended)
    else {
      count++
      work.onImage?.(ended)
    }
  }
  try {
    for await (const { target, opened } of mapOrdered(targets, read, room, signal)) {
      const progress = (share: number) =>
        work.onProgress?.(rounded(behind + share * target.megapixels), rounded(total))
      const made =
        'reason' in opened
          ? opened
          : await own(() => denoiseTarget(target, opened, models, request, { ...work, progress, settings }))
      await written()
      const { path } = target
      if ('reason' in made) skipped.push({ path, reason: made.reason })
      else writing = own(made.write).then((ended) => ('reason' in ended ? { ...ended, path } : ended))
      writing?.catch(() => undefined)
      behind += target.megapixels
      progress(0)
    }
    await written()
  } catch (error) {
    await written().catch(() => undefined)
    if (!signal?.aborted) throw error
    throw new CancelledError(stopped(count, request.out))
  }
  if (skipped.length > 0) work.onSkipped?.(skipped)
  if (count + done === 0) throw noneDenoised(skipped)
  return { count, done }
}

const noneDenoised = ([first]: readonly Skipped[]) =>
  new ExpectedError(
    'bad-input',
    sentence('denoising.noneDenoised', { path: first!.path, reason: first!.reason }),
  )

const rounded = (megapixels: number) => Math.round(megapixels * 10) / 10

const stopped = (count: number, out: string) =>
  count === 0
    ? 'Stopped. Nothing was written.'
    : `Stopped. What was done until then, ${count} ${count === 1 ? 'picture' : 'pictures'}, is in ${out}.`

/** Less than this may be what a JPEG made of the picture. */
const weakNoise = 6

interface OpenedPicture {
  readonly image: PreparedImage
  readonly picture: Picture
}

async function openPicture(
  { absolute }: Target,
  scales: FolderScales,
  range: PictureRange | undefined,
): Promise<OpenedPicture> {
  const image = await prepareImage(absolute)
  return { image, picture: await readPicture(image, await scales.of(image, range)) }
}

/** @returns what writes the result */
async function denoiseTarget(
  { path, name, absolute }: Target,
  { image, picture }: OpenedPicture,
  models: DenoisingModels,
  { model: modelName, out, sigma, strength, color, detail, tile, runtime, device }: DenoiseRequest,
  {
    client,
    signal,
    onNote,
    progress,
    results,
    settings,
  }: DenoiseWork & { progress: (share: number) => void; settings: string },
): Promise<{ write: () => Promise<DenoisedImage> }> {
  const stamp = await stampOf(absolute)
  const model = await models.for(picture)
  // The picture's pixels go to the worker.
  const jpeg = modelName === null ? await mendableJpeg(client, image, picture) : null
  const startedAt = performance.now()
  const result = await denoisePicture(
    picture,
    model,
    { sigma, strength, color, detail, tile, runtime, device },
    {
      client,
      signal,
      onProgress: progress,
      onSmallerTile: (side) =>
        onNote?.(`The memory is too small for ${path} in these tiles. Going on in tiles of ${side}.`),
    },
  )
  const ms = performance.now() - startedAt
  const write = async (): Promise<DenoisedImage> => {
    const file = join(out, name)
    await makeFolder(dirname(file))
    await writeResult(file, image, picture, result)
    const resultStamp = await stampOf(file)
    // What was changed while it was being read is not done.
    if (stamp && resultStamp && isSame(stamp, await stampOf(absolute)))
      await results?.add({ original: absolute, stamp, settings, result: resolve(file), resultStamp })
    if (picture.remark && !isCopy(picture, result, asTheOriginal)) onNote?.(`${path}: ${picture.remark}`)
    // Noise hides the blocks of a JPEG: where it is seen to be strong, it is what is wrong.
    if (jpeg !== null && (result.tile === null || (result.sigma ?? []).every((one) => one < weakNoise)))
      onNote?.(
        `${path} has the blocks of a JPEG of quality ${jpeg}. hourglass restore --kind jpeg takes them out.`,
      )
    const { width, height } = picture
    const { sigma: found, noise, repairs, tile: used } = result
    const { scale = null } = picture
    const told = { sigma: found, noise, repairs, scale, tile: used, ms }
    const learned = isRepairedFor(model.trained) ? null : formatNoise(model.trained)
    return { path, file, model: model.name, learned, width, height, ...told }
  }
  return { write }
}

/** What makes one result differ from another. */
const settingsOf = (
  { model, sigma, strength, color = 1, detail = 0, quality = 'fast' }: DenoiseRequest,
  weights: unknown,
) => JSON.stringify(['denoise', model && resolve(model), weights, sigma, strength, color, detail, quality])

/** Reads the headers, and makes sure that nothing is overwritten. */
async function findTargets(
  { images, out, overwrite }: DenoiseRequest,
  settings: string,
  { signal, results }: DenoiseWork,
): Promise<{ targets: Target[]; skipped: Skipped[] }> {
  const found = await findImages([...images], { labels: 'none', signal })
  const skipped: Skipped[] = [...found.skipped]
  const names = new OutputNames()
  const targets: Target[] = []
  for (const one of found.images) {
    if (signal?.aborted) throw new CancelledError(stopped(0, out))
    if (one.kind !== 'file') {
      skipped.push({ path: one.path, reason: manyInOneFile })
      continue
    }
    const image = await orReason(() => prepareImage(one.absolute), signal)
    if ('reason' in image) skipped.push({ path: one.path, reason: image.reason })
    else {
      // Of the image nothing is kept: small ones hold their whole file.
      const pages = await animatedPages(image)
      const name = names.next(one.path, newExtension({ format: image.format, pages }))
      const megapixels = (image.width * image.height) / 1e6
      const { path, absolute } = one
      const stamp = overwrite ? null : await stampOf(absolute)
      const isDone = !!stamp && !!(await results?.find(absolute, stamp, settings, resolve(out, name)))
      targets.push({ path, absolute, name, megapixels, isDone })
    }
  }
  const originals = found.images.flatMap((image) => (image.kind === 'file' ? image.absolute : []))
  await checkOutputs(
    out,
    targets.filter(({ isDone }) => !isDone).map(({ name }) => name),
    { overwrite, originals },
  )
  return { targets, skipped }
}

/** What is wrong with one picture does not end the work on the others. */
async function orReason<T extends object>(
  step: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T | { reason: string }> {
  try {
    return await step()
  } catch (error) {
    return { reason: reasonOf(error, signal) }
  }
}
