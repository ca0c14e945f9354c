import { basename, extname } from 'node:path'
import type { ParsedParams } from '../../../shared/api/commands'
import type {
  ComparedModel,
  DenoiseControls,
  PictureView,
  ReferenceFigures,
  ViewRectangle,
} from '../../../shared/api/denoising'
import type { PixelBlock } from '../../../shared/api/library'
import { ExpectedError } from '../../../shared/errors'
import { sentence } from '../../../shared/texts/sentence'
import { mixPixels } from '../../../shared/mixPixels'
import { mixWithMask } from '../../../shared/mixWithMask'
import type { ComputeClient } from '../../worker/computeClient'
import { isRepairedFor } from '../../../shared/noise'
import type { Region } from '../../../shared/region'
import {
  asksForMore,
  factorRows,
  neutralMask,
  type StrengthMask,
  strongerThan,
} from '../../../shared/strengthMask'
import type { ComputeTarget } from '../../worker/protocol'
import { reasonOf } from '../pictures/unusableImage'
import type { PlaceRegistry } from '../../base/placeRegistry'
import { writeBeforeAfter } from './beforeAfter'
import type { ChosenModels } from './chosenModels'
import { type DamageInspector, isDamage } from './damage/damageInspector'
import type { DenoisingModel } from './denoisingModels'
import { sigmaScale } from '../pictures/pictureScale'
import { type KnownNoise, LoadedPicture } from './loadedPicture'
import { blockWithMore, type LookForMore, readyForMore } from './strongerWork'
import { givenTo, isDrafted, keyOf, type Look } from './nextWork'
import { levelFor, type PictureLevels, storedRegion, type Size } from './pictureLevels'
import type { Picture } from '../pictures/readPicture'
import { within } from './regions'
import { changedParts, readyShares } from './changedParts'
import type { Restoration } from './restoration'
import { shared } from './sharedPixels'
import { storedMask } from './strengthMasks'

export interface InspectorDependencies {
  readonly client: ComputeClient
  readonly target: () => ComputeTarget
  /** @throws ExpectedError */
  readonly load: (id: string) => Promise<LoadedPicture>
  readonly modelFor: ChosenModels['for']
  /** What was painted over a picture, upright. */
  readonly maskOf: (id: string) => StrengthMask | null
  readonly places: PlaceRegistry
  readonly damage: DamageInspector
  /** Whether pictures are being saved, for which others wait. */
  readonly isSaving: () => boolean
}

interface Setting {
  readonly controls: DenoiseControls
  /** See PictureView. */
  readonly certainty: number
}

/** What is different from place to place in a part of an upright picture. */
interface Local {
  readonly mask: StrengthMask | null
  /** Of the picture. */
  readonly size: Size
  readonly part: Region
  /** See LocalStrength. */
  readonly stronger: PixelBlock | null
}

/** What can be seen and measured of a picture. */
export class PictureInspector {
  constructor(private readonly deps: InspectorDependencies) {}

  /**
   * What there is to be seen.
   *
   * @param onLook told what is to be worked on for it before it is looked at, where the model can do it
   */
  async view(
    id: string,
    loaded: LoadedPicture,
    { controls, rectangle, scale, since, stronger }: Omit<ParsedParams<'denoise.view'>, 'id'>,
    onLook: (look: Look) => void,
  ): Promise<PictureView> {
    const { levels, picture, size, reference } = loaded
    const level = levelFor(scale, levels)
    const step = 2 ** level
    const part = within(rectangle, levels.sizeOf(level), step)
    const visible = storedRegion(picture.orientation, size, within(rectangle, levels.sizeOf(0), 1))
    const model = await this.modelOf(controls, picture)
    const isUsable = typeof model !== 'string'
    const certainty = isUsable ? certaintyOf(controls, model, loaded.knownNoise) : 1
    const seen = { id, picture: loaded, visible, level, ...asked(controls) }
    const look = isUsable ? { ...seen, model, ...(stronger && this.more(seen, { model, certainty })) } : null
    if (look) onLook(look)
    const restoration = stronger ? loaded.stronger : loaded.restoration
    const changes = since === null ? null : restoration.changedSince(since)
    const isWhole = changes === null
    const base = look ? givenTo(look).levels : levels
    const blocks = () => ({
      original: loaded.onScreen(levels.block(level, part)),
      repaired: base !== levels ? loaded.onScreen(base.block(level, part)) : null,
      restored: loaded.onScreen(
        stronger ? blockWithMore(loaded, level, part, visible) : restoration.levels.block(level, part),
      ),
      reference: reference && reference.onScreen(reference.levels.block(level, part)),
    })
    return {
      level,
      left: part.left * step,
      top: part.top * step,
      certainty,
      problem: isUsable ? restoration.problem : model,
      changed: changedParts(loaded, restoration, changes ?? [], { level, part }),
      version: restoration.version,
      ...(isWhole ? blocks() : { original: null, repaired: null, restored: null, reference: null }),
      ...readyShares(look, restoration),
      waits: look !== null && this.deps.isSaving() && isDrafted(look),
    }
  }

  /** What makes a look one at more than is set. */
  private more(
    { id, picture, strength }: Pick<Look, 'id' | 'picture' | 'strength'>,
    { model, certainty }: { model: DenoisingModel; certainty: number },
  ): Pick<LookForMore, 'strength' | 'more'> {
    const mask = this.deps.maskOf(id) ?? neutralMask({ width: 1, height: 1 })
    const share = isRepairedFor(model.trained) ? certainty * Math.min(1, strength) : 0
    return {
      strength: strongerThan(strength),
      more: { mask: storedMask(mask, picture.picture.orientation), share },
    }
  }

  private async modelOf(controls: DenoiseControls, picture: Picture): Promise<DenoisingModel | string> {
    try {
      return await this.deps.modelFor(controls, picture)
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
    const compared: ComparedModel[] = []
    for (const model of models) {
      try {
        compared.push({
          model,
          problem: null,
          ...(await this.partThrough(id, { ...controls, model }, rectangle)),
        })
      } catch (error) {
        if (!(error instanceof ExpectedError)) throw error
        compared.push({ model, image: null, msPerMegapixel: null, problem: error.message })
      }
    }
    return compared
  }

  private async partThrough(id: string, controls: DenoiseControls, rectangle: ViewRectangle) {
    const { client, target, modelFor } = this.deps
    const loaded = await this.deps.load(id)
    const { picture, levels: own, size } = loaded
    const known = await loaded.noise(client)
    const { noise } = known
    const model = await modelFor(controls, picture)
    const { levels, pixels, repairs } = givenTo({ model, picture: loaded })
    const part = within(rectangle, own.sizeOf(0), 1)
    const region = storedRegion(picture.orientation, size, part)
    const { width, height, channels } = picture
    const result = shared(pixels)
    const { sigma, strength } = asked(controls)
    const { files, trained } = model
    const params = {
      model: files,
      trained,
      pixels,
      width,
      height,
      channels,
      noise,
      result,
      sigma: sigma === null ? null : sigma * sigmaScale(picture),
      strength,
      regions: [region],
      tile: Math.max(region.width, region.height),
      repairs,
      ...target(),
    }
    const { ms } = await client.call('restoreRegions', params)
    const certainty = certaintyOf(controls, model, known)
    const restored = levels.block(0, part, result)
    const mask = this.deps.maskOf(id)
    const { strength: twice, more } = this.more({ id, picture: loaded, strength }, { model, certainty })
    const isMore = asksForMore(more.mask, size, region, more.share)
    if (isMore) await client.call('restoreRegions', { ...params, strength: twice })
    const stronger = isMore ? levels.block(0, part, result) : null
    const local = { mask, size: own.sizeOf(0), part, stronger }
    const base = baseOf(controls, own, levels).block(0, part)
    const image = loaded.onScreen(mixed(base, restored, { controls, certainty }, local))
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
        sentence('denoising.cleanOfOtherSize', {
          width: b.width,
          height: b.height,
          ownWidth: a.width,
          ownHeight: a.height,
        }),
      )
    if (reference.levels.colors !== loaded.levels.colors)
      throw new ExpectedError('bad-input', sentence('denoising.cleanOfOtherKind'))
    loaded.reference = reference
  }

  /** @throws ExpectedError without a clean picture */
  async measure({ id, controls }: ParsedParams<'denoise.measure'>): Promise<ReferenceFigures> {
    const { client } = this.deps
    if (isDamage(controls)) return this.deps.damage.measure(id, controls)
    const loaded = await this.deps.load(id)
    const { reference, picture, restoration } = loaded
    if (!reference) throw new ExpectedError('bad-input', sentence('denoising.chooseCleanFirst'))
    const clean = reference.whole()
    const against = (block: PixelBlock) =>
      client.call('similarity', { a: clean.data, b: block.data, ...shapeOf(clean) })
    const noisy = await against(loaded.whole())
    const model = await this.deps.modelFor(controls, picture)
    const isFor = (strength: number, cells: Restoration) =>
      cells.isFor(keyOf({ model, ...asked(controls), strength }))
    const nothing = { noisy, result: null }
    if (!restoration.isComplete || !isFor(controls.strength, restoration)) return nothing
    const certainty = certaintyOf(controls, model, await loaded.noise(client))
    const visible = { left: 0, top: 0, ...loaded.size }
    const seen = { id, picture: loaded, visible, level: 0, ...asked(controls) }
    const look = { ...seen, model, ...this.more(seen, { model, certainty }) }
    const isMore = asksForMore(look.more.mask, loaded.size, visible, look.more.share)
    if (isMore && (!isFor(look.strength, loaded.stronger) || readyForMore(look, visible) < 1)) return nothing
    const part = { left: 0, top: 0, ...loaded.levels.sizeOf(0) }
    const stronger = isMore ? blockWithMore(loaded, 0, part, visible) : null
    const local = { mask: this.deps.maskOf(id), size: part, part, stronger }
    const base = loaded.whole(baseOf(controls, loaded.levels, givenTo(look).levels))
    const result = mixed(base, loaded.whole(restoration.levels), { controls, certainty }, local)
    return { noisy, result: await against(result) }
  }

  private async comparison(id: string, controls: DenoiseControls, rectangle: ViewRectangle) {
    if (isDamage(controls)) return this.deps.damage.comparison(id, controls, rectangle)
    const loaded = await this.deps.load(id)
    const part = within(rectangle, loaded.levels.sizeOf(0), 1)
    const { image: after } = await this.partThrough(id, controls, rectangle)
    return { before: loaded.onScreen(loaded.levels.block(0, part)), after }
  }

  /** What is seen of a picture, before and after, in a file of its own name. @returns its path */
  async saveComparison(
    { id, controls, rectangle }: Omit<ParsedParams<'denoise.saveComparison'>, 'folder' | 'forDownload'>,
    original: string,
    folder: string,
  ): Promise<string> {
    const { before, after } = await this.comparison(id, controls, rectangle)
    return writeBeforeAfter(before, after, folder, basename(original, extname(original)))
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

function mixed(
  original: PixelBlock,
  restored: PixelBlock,
  { controls, certainty }: Setting,
  { mask, size, part, stronger }: Local,
): PixelBlock {
  const data = new Uint8Array(original.data.length)
  const mix = { ...controls, strength: certainty * Math.min(1, controls.strength) }
  const { channels, width } = original
  if (mask)
    mixWithMask(data, original.data, restored.data, channels, mix, {
      width,
      stronger: stronger?.data ?? null,
      factors: factorRows(mask, size, { ...part, step: 1 }),
    })
  else mixPixels(data, original.data, restored.data, channels, mix)
  return { ...original, data }
}

const asked = ({ sigma, strength }: DenoiseControls) => ({ sigma: sigma === 'auto' ? null : sigma, strength })

const shapeOf = ({ width, height, channels }: PixelBlock) => ({ width, height, channels })

async function readReference(path: string): Promise<LoadedPicture> {
  try {
    return await LoadedPicture.load(path)
  } catch (error) {
    throw new ExpectedError('bad-input', reasonOf(error), { cause: error })
  }
}
