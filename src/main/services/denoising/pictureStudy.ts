import { basename, extname, join } from 'node:path'
import sharp from 'sharp'
import type { ParsedParams } from '../../../shared/api/commands'
import type {
  ChangedPart,
  ComparedModel,
  DenoiseControls,
  PictureView,
  ReferenceFigures,
  ViewRectangle,
} from '../../../shared/api/denoising'
import type { PixelBlock } from '../../../shared/api/library'
import { ExpectedError } from '../../../shared/errors'
import { mixPixels } from '../../../shared/mixPixels'
import { replaceFile } from '../../store/atomicWrite'
import type { ComputeClient } from '../../worker/computeClient'
import type { Region } from '../../../shared/region'
import type { ComputeTarget } from '../../worker/protocol'
import { UnusableImage } from '../datasets/unusableImage'
import type { PlaceRegistry } from '../places/placeRegistry'
import { type DenoisingModel, modelParams } from './denoisingModels'
import { sigmaScale } from './floats'
import { type KnownNoise, LoadedPicture } from './loadedPicture'
import { givenTo, isDrafted, keyOf, type Look } from './nextWork'
import { type PictureLevels, storedRegion, type Size, uprightRegion } from './pictureLevels'
import type { Picture } from './readPicture'
import { atLevel, overlap } from './regions'
import { stampOf } from './savedResults'
import { shared } from './sharedPixels'

export interface StudyDependencies {
  readonly client: ComputeClient
  readonly target: () => ComputeTarget
  /** @throws ExpectedError */
  readonly load: (id: string) => Promise<LoadedPicture>
  readonly modelFor: (model: string, picture: Pick<Picture, 'channels'>) => Promise<DenoisingModel>
  readonly places: PlaceRegistry
  /** Whether pictures are being saved, for which others wait. */
  readonly isSaving: () => boolean
}

/** What can be seen and measured of a picture. */
export class PictureStudy {
  constructor(private readonly deps: StudyDependencies) {}

  /**
   * What there is to be seen.
   *
   * @param onLook told what is to be worked on for it before it is looked at, where the model can do it
   */
  async view(
    id: string,
    loaded: LoadedPicture,
    { controls, rectangle, scale, since }: Omit<ParsedParams<'denoise.view'>, 'id'>,
    onLook: (look: Look) => void,
  ): Promise<PictureView> {
    const { levels, restoration, picture, size, reference } = loaded
    // As many pixels as the screen has, or up to twice as many.
    const level = Math.min(levels.count - 1, Math.max(0, Math.round(Math.log2(1 / scale))))
    const step = 2 ** level
    const part = within(rectangle, levels.sizeOf(level), step)
    const whole = within(rectangle, levels.sizeOf(0), 1)
    const visible = storedRegion(picture.orientation, size, whole)
    const found = await this.modelOf(controls, picture)
    const look =
      typeof found === 'string'
        ? null
        : { id, picture: loaded, model: found, visible, level, ...asked(controls) }
    if (look) onLook(look)
    const problem = typeof found === 'string' ? found : restoration.problem
    const changes = since === null ? null : restoration.changedSince(since)
    const isWhole = changes === null
    const base = look ? givenTo(look).levels : levels
    const changed = (changes ?? []).flatMap((region): ChangedPart[] => {
      const upright = uprightRegion(picture.orientation, size, region)
      const seen = overlap(atLevel(upright, level), part)
      if (!seen) return []
      const block = loaded.onScreen(restoration.levels.block(level, seen))
      return [{ left: seen.left - part.left, top: seen.top - part.top, block }]
    })
    return {
      ...{ level, left: part.left * step, top: part.top * step, problem, changed },
      version: restoration.version,
      original: isWhole ? loaded.onScreen(levels.block(level, part)) : null,
      repaired: isWhole && base !== levels ? loaded.onScreen(base.block(level, part)) : null,
      restored: isWhole ? loaded.onScreen(restoration.levels.block(level, part)) : null,
      reference: isWhole && reference ? reference.onScreen(reference.levels.block(level, part)) : null,
      ready: look ? restoration.readyShare(visible) : 0,
      readyOfAll: look ? restoration.share : 0,
      waits: look !== null && this.deps.isSaving() && isDrafted(look),
      certainty: look ? certaintyOf(controls, look.model, loaded.knownNoise) : 1,
    }
  }

  private async modelOf(controls: DenoiseControls, picture: Picture): Promise<DenoisingModel | string> {
    try {
      return await this.deps.modelFor(controls.model, picture)
    } catch (error) {
      if (error instanceof ExpectedError) return error.message
      throw error
    }
  }

  /** A part of the picture through each of several models, mixed as it is set. */
  async compareModels({
    id,
    controls,
    rectangle,
    models,
  }: ParsedParams<'denoise.compareModels'>): Promise<ComparedModel[]> {
    const loaded = await this.deps.load(id)
    const compared: ComparedModel[] = []
    for (const model of models) {
      try {
        compared.push({
          model,
          problem: null,
          ...(await this.partThrough(loaded, { ...controls, model }, rectangle)),
        })
      } catch (error) {
        if (!(error instanceof ExpectedError)) throw error
        compared.push({ model, image: null, msPerMegapixel: null, problem: error.message })
      }
    }
    return compared
  }

  private async partThrough(loaded: LoadedPicture, controls: DenoiseControls, rectangle: ViewRectangle) {
    const { client, target, modelFor } = this.deps
    const { picture, levels: own, size } = loaded
    const known = await loaded.noise(client)
    const { noise } = known
    const model = await modelFor(controls.model, picture)
    const { levels, pixels, repairs } = givenTo({ model, picture: loaded })
    const part = within(rectangle, own.sizeOf(0), 1)
    const region = storedRegion(picture.orientation, size, part)
    const { width, height, channels, floats } = picture
    const result = shared(pixels)
    const { sigma, strength } = asked(controls)
    const params = {
      ...{ ...modelParams(model), pixels, width, height, channels, noise, result },
      ...{ sigma: sigma === null ? null : sigma * sigmaScale(floats), strength },
      ...{ regions: [region], tile: Math.max(region.width, region.height), repairs, ...target() },
    }
    const { ms } = await client.call('restoreRegions', params)
    const certainty = certaintyOf(controls, model, known)
    const image = loaded.onScreen(
      mixed(baseOf(controls, own, levels).block(0, part), levels.block(0, part, result), controls, certainty),
    )
    return { image, msPerMegapixel: (ms * 1e6) / (region.width * region.height) }
  }

  async setReference({ id, place }: ParsedParams<'denoise.setReference'>): Promise<void> {
    const loaded = await this.deps.load(id)
    if (place === null) {
      loaded.reference = null
      return
    }
    const reference = await readReference(this.deps.places.resolve(place))
    const [a, b] = [loaded.levels.sizeOf(0), reference.levels.sizeOf(0)]
    if (a.width !== b.width || a.height !== b.height)
      throw new ExpectedError(
        'bad-input',
        `The clean picture has ${b.width} × ${b.height} pixels and this one ${a.width} × ${a.height}. Choose one of the same size.`,
      )
    if (reference.levels.colors !== loaded.levels.colors)
      throw new ExpectedError(
        'bad-input',
        'One of the two is grey and the other in colour. Choose one of the same kind.',
      )
    loaded.reference = reference
  }

  /** @throws ExpectedError without a clean picture */
  async measure({ id, controls }: ParsedParams<'denoise.measure'>): Promise<ReferenceFigures> {
    const { client } = this.deps
    const loaded = await this.deps.load(id)
    const { reference, picture, restoration } = loaded
    if (!reference) throw new ExpectedError('bad-input', 'Choose a clean picture to measure against first.')
    const clean = reference.whole()
    const against = (block: PixelBlock) =>
      client.call('similarity', { a: clean.data, b: block.data, ...shapeOf(clean) })
    const noisy = await against(loaded.whole())
    const model = await this.deps.modelFor(controls.model, picture)
    if (!restoration.isComplete || !restoration.isFor(keyOf({ model, ...asked(controls) })))
      return { noisy, result: null }
    const certainty = certaintyOf(controls, model, await loaded.noise(client))
    const base = baseOf(controls, loaded.levels, givenTo({ model, picture: loaded }).levels)
    const result = mixed(loaded.whole(base), loaded.whole(restoration.levels), controls, certainty)
    return { noisy, result: await against(result) }
  }

  /** What is seen of a picture, before and after, in a file of its own name. @returns its path */
  async saveComparison(
    { id, controls, rectangle }: Omit<ParsedParams<'denoise.saveComparison'>, 'folder' | 'forDownload'>,
    original: string,
    folder: string,
  ): Promise<string> {
    const loaded = await this.deps.load(id)
    const part = within(rectangle, loaded.levels.sizeOf(0), 1)
    const before = loaded.onScreen(loaded.levels.block(0, part))
    const { image: after } = await this.partThrough(loaded, controls, rectangle)
    const { width, height } = part
    const gap = Math.max(2, Math.round(width / 100))
    const raw = ({ channels }: PixelBlock) => ({ raw: { width, height, channels } })
    const path = await freePath(folder, `${basename(original, extname(original))}-before-after`, '.png')
    await replaceFile(path, async (partial) => {
      await sharp({ create: { width: 2 * width + gap, height, channels: 3, background: 'white' } })
        .composite([
          { input: await sharp(before.data, raw(before)).png().toBuffer(), left: 0, top: 0 },
          { input: await sharp(after.data, raw(after)).png().toBuffer(), left: width + gap, top: 0 },
        ])
        .png()
        .toFile(partial)
    })
    return path
  }
}

/** See PictureView; what can be seen does not wait for the estimate. */
function certaintyOf(
  { sigma }: DenoiseControls,
  { trained }: DenoisingModel,
  known: KnownNoise | null,
): number {
  return sigma === 'auto' && trained.kind === 'gaussian' ? (known?.certainty ?? 1) : 1
}

/** What a result is mixed with: hot pixels do not come back, unless nothing is to be taken out. */
const baseOf = ({ strength }: DenoiseControls, original: PictureLevels, given: PictureLevels) =>
  strength === 0 ? original : given

/** @param certainty see PictureView */
function mixed(
  original: PixelBlock,
  restored: PixelBlock,
  controls: DenoiseControls,
  certainty: number,
): PixelBlock {
  const data = new Uint8Array(original.data.length)
  const mix = { ...controls, strength: certainty * Math.min(1, controls.strength) }
  mixPixels(data, original.data, restored.data, original.channels, mix)
  return { ...original, data }
}

const asked = ({ sigma, strength }: DenoiseControls) => ({ sigma: sigma === 'auto' ? null : sigma, strength })

const shapeOf = ({ width, height, channels }: PixelBlock) => ({ width, height, channels })

/** Whole pixels of what is inside; a picture is never left altogether. */
function within({ left, top, width, height }: ViewRectangle, size: Size, step: number): Region {
  const along = (from: number, length: number, all: number) => {
    const start = Math.min(all - 1, Math.max(0, Math.floor(from / step)))
    const end = Math.min(all, Math.max(start + 1, Math.ceil((from + length) / step)))
    return [start, end - start] as const
  }
  const [x, across] = along(left, width, size.width)
  const [y, down] = along(top, height, size.height)
  return { left: x, top: y, width: across, height: down }
}

async function readReference(path: string): Promise<LoadedPicture> {
  try {
    return await LoadedPicture.load(path)
  } catch (error) {
    if (error instanceof UnusableImage) throw new ExpectedError('bad-input', error.message)
    throw error
  }
}

async function freePath(folder: string, stem: string, ending: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? stem + ending : `${stem}-${number}${ending}`)
    if ((await stampOf(path)) === null) return path
  }
}
