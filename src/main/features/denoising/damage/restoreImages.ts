import { stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { qualitySchema } from '../../../../shared/api/denoising'
import type { Skipped } from '../../../../shared/dataset'
import { CancelledError, ExpectedError } from '../../../../shared/errors'
import { kindsOf, needsOwnModel } from '../../../../shared/damage'
import { parseNoise, type RestoringQuality } from '../../../../shared/noise'
import { sentence } from '../../../../shared/texts/sentence'
import { makeFolder } from '../../../store/makeFolder'
import type { TrainedModel } from '../../../store/modelStore'
import type { ComputeTarget } from '../../../worker/protocol'
import { findImages } from '../../datasets/findImages'
import { builtin, openNamedModel } from '../../models/builtinModels'
import type { ModelWork } from '../../models/modelWork'
import { type PreparedImage, prepareImage } from '../../pictures/prepareImage'
import { type Picture, readPicture } from '../../pictures/readPicture'
import { reasonOf } from '../../pictures/unusableImage'
import { newExtension } from '../../pictures/writePicture'
import { writeResult } from '../denoisePicture'
import { noRepairs } from '../foundRepairs'
import { checkOutputs, OutputNames } from '../outputNames'
import { filledShare } from './damageOf'
import { jpegQuality, knownOrSeenQuality } from './jpegQuality'
import { readMask } from './readMask'
import { checkRestorable, type Damage, restoreKind, roomFor } from './restoreKind'
import { maskOfScratches, restoringKinds } from './restorePicture'
import type { Mask, RestoringKind, RestoringWork } from './restorePicture'

export interface RestoreRequest extends ComputeTarget {
  /** A run, a saved model, or builtin:NAME; null for the built-in one that suits. */
  readonly model: string | null
  readonly images: readonly string[]
  /** Null to go by the model, the mask, and what is seen in a picture. */
  readonly kind: RestoringKind | null
  /** A file, a folder with a mask of each picture's name, or `auto`; null for none. */
  readonly mask: string | null
  /** Of a JPEG, where it is known. */
  readonly jpegQuality: number | null
  readonly out: string
  readonly overwrite: boolean
  readonly tile: number | null
  readonly quality: RestoringQuality
}

export interface RestoredImage {
  readonly path: string
  readonly file: string
  readonly model: string
  readonly kind: RestoringKind
  /** Why this kind was taken, in words. */
  readonly because: string
  readonly width: number
  readonly height: number
  /** Share of the pixels that were filled, 0..1; null of other kinds. */
  readonly filled: number | null
  /** Null of other kinds than `jpeg`. */
  readonly jpegQuality: number | null
  readonly ms: number
}

interface RestoreWork extends Omit<ModelWork, 'onImport'> {
  readonly onImage?: (image: RestoredImage) => void
}

/**
 * Restores pictures of any size, each by the kind of its damage, and writes each under its own name.
 *
 * @throws ExpectedError where nothing could be done; CancelledError; what was written stays
 */
export async function restoreImages(request: RestoreRequest, work: RestoreWork): Promise<{ count: number }> {
  const { images, out, overwrite } = request
  const chosen = request.model === null ? null : await openNamedModel(request.model)
  const kind = request.kind ?? (chosen && kindOfModel(chosen, request.model!))
  const found = await findImages([...images], { labels: 'none', signal: work.signal })
  const files = found.images.flatMap((image) => (image.kind === 'file' ? [image] : []))
  const skipped: Skipped[] = [...found.skipped]
  const names = new OutputNames()
  const targets = []
  for (const { path, absolute } of files)
    try {
      const image = await prepareImage(absolute)
      targets.push({ path, image, name: names.next(path, newExtension({ format: image.format })) })
    } catch (error) {
      skipped.push({ path, reason: reasonOf(error, work.signal) })
    }
  await checkOutputs(
    out,
    targets.map(({ name }) => name),
    { overwrite, originals: files.map(({ absolute }) => absolute) },
  )
  let count = 0
  for (const [i, { path, image, name }] of targets.entries()) {
    if (work.signal?.aborted) throw new CancelledError(`Stopped. What was done until then is in ${out}.`)
    const onProgress = (share: number) => work.onProgress?.(Math.floor(i + share), targets.length)
    try {
      const made = await restoreOne(image, { ...request, kind }, chosen, { ...work, ...request, onProgress })
      const file = join(out, name)
      await makeFolder(dirname(file))
      // A JPEG that is saved again at a usual quality would get its artefacts back.
      const options = { format: 'same', quality: qualitySchema.parse(100), note: null } as const
      const { picture, ...told } = made
      const result = { pixels: picture.pixels, sigma: null, noise: null, tile: 0, repairs: noRepairs }
      await writeResult(file, image, picture, result, options)
      count++
      work.onImage?.({ path, file, width: picture.width, height: picture.height, ...told })
    } catch (error) {
      skipped.push({ path, reason: reasonOf(error, work.signal) })
    }
  }
  if (skipped.length > 0) work.onSkipped?.(skipped)
  if (count === 0)
    throw new ExpectedError(
      'bad-input',
      skipped[0]
        ? sentence('denoising.noneRestored', { path: skipped[0].path, reason: skipped[0].reason })
        : sentence('denoising.noPictures'),
    )
  return { count }
}

type Made = Omit<RestoredImage, 'path' | 'file' | 'width' | 'height'> & { picture: Picture }

async function restoreOne(
  image: PreparedImage,
  request: RestoreRequest,
  chosen: TrainedModel | null,
  work: RestoringWork,
): Promise<Made> {
  const picture = await readPicture(image)
  const startedAt = performance.now()
  const { kind, because } = await chooseKind(image, picture, request, work)
  if (needsOwnModel(kind) && !chosen)
    throw new ExpectedError(
      'unsupported',
      sentence(kind === 'blur' ? 'restoring.noModelNamedForBlur' : 'restoring.noModelNamedForPairs'),
    )
  const model = request.model ?? builtin(kind === 'jpeg' ? 'jpeg' : 'grey')
  const { files, noise } = chosen ?? (await openNamedModel(model))
  const network = { files, trained: noise === null ? null : parseNoise(noise) }
  const damage = await damageAsked(kind, image, picture, request, work)
  const room = { pixels: roomFor(damage.kind, picture) }
  const restored = await restoreKind(picture, damage, network, room, work)
  return {
    kind,
    because,
    model,
    picture: restored,
    ms: performance.now() - startedAt,
    filled: damage.kind === 'holes' ? filledShare(damage.mask) : null,
    jpegQuality: damage.kind === 'jpeg' ? damage.quality : null,
  }
}

async function damageAsked(
  kind: RestoringKind,
  image: PreparedImage,
  picture: Picture,
  request: RestoreRequest,
  work: RestoringWork,
): Promise<Damage> {
  checkRestorable(kind === 'scratches' ? 'holes' : kind, picture)
  if (kind === 'holes' || kind === 'scratches')
    return { kind: 'holes', mask: await maskFor(request, image, picture, work) }
  if (kind !== 'jpeg') return { kind }
  return { kind, quality: await knownOrSeenQuality(request.jpegQuality, work.client, image, picture) }
}

/** @throws ExpectedError for a model that has learned none of the kinds */
function kindOfModel({ noise }: TrainedModel, name: string): RestoringKind {
  const kinds = noise === null ? [] : kindsOf(noise)
  if (kinds.includes('pairs')) return 'pairs'
  if (kinds.includes('jpeg')) return 'jpeg'
  if (kinds.includes('holes')) return 'holes'
  if (kinds.includes('low-resolution')) return 'enlarge'
  if (kinds.some((kind) => ['blur', 'motion', 'defocus', 'fading', 'dust', 'text', 'lines'].includes(kind)))
    return 'blur'
  if (kinds.includes('scratches') || kinds.includes('damage')) return 'scratches'
  throw new ExpectedError(
    'bad-usage',
    sentence('denoising.modelOfUnknownKind', { name, kinds: restoringKinds.join('|') }),
  )
}

async function chooseKind(
  image: PreparedImage,
  picture: Picture,
  { kind, mask, model }: RestoreRequest,
  work: RestoringWork,
): Promise<{ kind: RestoringKind; because: string }> {
  if (kind === 'pairs' && model) return { kind, because: 'the model has learned it from pairs of pictures' }
  if (kind) return { kind, because: model ? 'as asked for, or as the model learned it' : 'as asked for' }
  if (mask === 'auto') return { kind: 'scratches', because: 'the mask is to be found' }
  if (mask !== null) return { kind: 'holes', because: 'a mask is given' }
  const quality = await jpegQuality(work.client, image, picture)
  if (quality !== null && quality < 92)
    return { kind: 'jpeg', because: `it has the blocks of a JPEG of quality ${quality}` }
  throw new ExpectedError('bad-input', sentence('denoising.noDamageSeen'))
}

async function maskFor(
  { mask }: RestoreRequest,
  { path }: PreparedImage,
  picture: Picture,
  work: RestoringWork,
): Promise<Mask> {
  if (mask === 'auto' || mask === null) return maskOfScratches(picture, work)
  const isFolder = (await stat(mask).catch(() => null))?.isDirectory()
  if (!isFolder) return readMask(resolve(mask), picture)
  const stem = basename(path, extname(path))
  for (const name of [basename(path), `${stem}.png`]) {
    const file = join(mask, name)
    if (await stat(file).catch(() => null)) return readMask(file, picture)
  }
  throw new ExpectedError('not-found', sentence('denoising.noSuchMask', { stem, folder: mask }))
}
