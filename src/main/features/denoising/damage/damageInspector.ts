import type { ParsedParams } from '../../../../shared/api/commands'
import type {
  DenoiseControls,
  PictureView,
  ReferenceFigures,
  ViewRectangle,
} from '../../../../shared/api/denoising'
import type { PixelBlock } from '../../../../shared/api/library'
import { ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import type { StrengthMask } from '../../../../shared/strengthMask'
import { sharp } from '../../../base/sharp'
import type { ChosenModels } from '../chosenModels'
import type { DenoisingModel } from '../denoisingModels'
import type { LoadedPicture } from '../loadedPicture'
import { levelFor, storedRegion } from '../pictureLevels'
import { within } from '../regions'
import { type DamageControls, scratchesIn } from './damageOf'
import { type Mended, Mender, type MenderDependencies, mendingKey } from './mender'

export interface DamageInspectorDependencies extends MenderDependencies {
  /** @throws ExpectedError */
  readonly load: (id: string) => Promise<LoadedPicture>
  readonly modelFor: ChosenModels['for']
  /** What was painted as holes, upright. */
  readonly holesOf: (id: string) => StrengthMask | null
}

/** Controls of another kind than noise. */
export const isDamage = (controls: DenoiseControls): controls is DenoiseControls & DamageControls =>
  controls.kind !== 'noise'

type Damaged = DenoiseControls & DamageControls

/** What can be seen and measured of pictures whose damage is restored. */
export class DamageInspector {
  private readonly mender: Mender

  constructor(private readonly deps: DamageInspectorDependencies) {
    this.mender = new Mender(deps)
  }

  leave = (id?: string): void => this.mender.leave(id)
  close = (): Promise<void> => this.mender.close()

  /** What was made of a picture in just this way, where it is looked at and all of it is there. */
  find = (id: string, controls: DenoiseControls, model: DenoisingModel): Mended | null =>
    this.mender.find(id, mendingKey(controls, model, this.deps.holesOf(id)))

  async findScratches(id: string): Promise<StrengthMask | null> {
    const { picture } = await this.deps.load(id)
    return scratchesIn(picture, this.deps.client)
  }

  /** See PictureInspector.view. What has changed since comes as all of what is seen. */
  async view(
    id: string,
    controls: Damaged,
    { rectangle, scale, since }: Pick<ParsedParams<'denoise.view'>, 'rectangle' | 'scale' | 'since'>,
  ): Promise<PictureView> {
    const loaded = await this.deps.load(id)
    const mended = await this.mended(id, controls, rectangle)
    if (typeof mended === 'string') return withProblem(loaded, mended, { rectangle, scale })
    const version = mended.restoration.version
    const known = {
      version,
      changed: [],
      ready: mended.share,
      readyOfAll: mended.share,
      waits: false,
      certainty: 1,
      problem: mended.problem,
      repaired: null,
    }
    const { level, part } = placeOf(mended, rectangle, scale)
    const step = 2 ** level
    const at = { level, left: part.left * step, top: part.top * step }
    if (since === version) return { ...known, ...at, original: null, restored: null, reference: null }
    return { ...known, ...at, ...(await blocksOf(mended, level, part)) }
  }

  /** Before and after, once all of it is there. */
  async comparison(
    id: string,
    controls: Damaged,
    rectangle: ViewRectangle,
  ): Promise<{ before: PixelBlock; after: PixelBlock }> {
    const mended = await this.mended(id, controls, rectangle)
    if (typeof mended === 'string') throw new ExpectedError('unsupported', mended)
    await mended.ended
    if (mended.problem !== null) throw new ExpectedError('bad-input', mended.problem)
    const { level, part } = placeOf(mended, rectangle, mended.times)
    const { original, restored } = await blocksOf(mended, level, part)
    return { before: original, after: restored }
  }

  /** @throws ExpectedError without a clean picture. */
  async measure(id: string, controls: Damaged): Promise<ReferenceFigures> {
    const { client, load } = this.deps
    const loaded = await load(id)
    const clean = loaded.reference?.whole()
    if (!clean) throw new ExpectedError('bad-input', sentence('denoising.chooseCleanFirst'))
    const { width, height, channels } = clean
    const against = ({ data }: PixelBlock) =>
      client.call('similarity', { a: clean.data, b: data, width, height, channels })
    const noisy = await against(loaded.whole())
    const model = await this.deps.modelFor(controls, loaded.picture)
    const mended = this.find(id, controls, model)
    const isMeasured = mended?.times === 1 && mended.loaded === loaded
    return { noisy, result: isMeasured ? await against(loaded.whole(mended.restoration.levels)) : null }
  }

  /** @returns why it cannot be, where no model can */
  private async mended(id: string, controls: Damaged, rectangle: ViewRectangle): Promise<Mended | string> {
    const { load, modelFor, holesOf } = this.deps
    const loaded = await load(id)
    const { picture, size, levels } = loaded
    try {
      const model = await modelFor(controls, picture)
      const seen = within(rectangle, levels.sizeOf(0), 1)
      const visible = storedRegion(picture.orientation, size, seen)
      return this.mender.look({ id, loaded, controls, model, holes: holesOf(id), visible })
    } catch (error) {
      if (error instanceof ExpectedError) return error.message
      throw error
    }
  }
}

/** The level for the screen, -1 for one of twice the picture's size, and what is seen of it. */
function placeOf(
  { loaded: { levels }, times, restoration }: Mended,
  rectangle: ViewRectangle,
  scale: number,
) {
  const finest = times === 2 ? -1 : 0
  const wanted = levelFor(scale, levels, finest)
  // A small picture that is enlarged has no smaller levels.
  const level = times === 2 && wanted + 1 >= restoration.levels.count ? -1 : wanted
  if (level >= 0) return { level, part: within(rectangle, levels.sizeOf(level), 2 ** level) }
  const { left, top, width, height } = within(rectangle, levels.sizeOf(0), 1)
  return { level, part: { left: 2 * left, top: 2 * top, width: 2 * width, height: 2 * height } }
}

async function blocksOf(
  { loaded, times, restoration }: Mended,
  level: number,
  part: ReturnType<typeof within>,
): Promise<{ original: PixelBlock; restored: PixelBlock; reference: PixelBlock | null }> {
  const { levels, reference } = loaded
  const restored = loaded.onScreen(restoration.levels.block(times === 2 ? level + 1 : level, part))
  if (level >= 0) {
    const clean = reference && times === 1 ? reference.onScreen(reference.levels.block(level, part)) : null
    return { original: loaded.onScreen(levels.block(level, part)), restored, reference: clean }
  }
  const { left, top, width, height } = part
  const small = levels.block(0, { left: left / 2, top: top / 2, width: width / 2, height: height / 2 })
  return { original: await doubled(loaded.onScreen(small)), restored, reference: null }
}

/** At twice the size, as a filter without a model enlarges it. */
async function doubled(block: PixelBlock): Promise<PixelBlock> {
  const { width, height, channels, data } = block
  const size = { width: 2 * width, height: 2 * height }
  const large = await sharp(data, { raw: { width, height, channels } })
    .resize({ ...size, fit: 'fill', kernel: 'lanczos3' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer()
  return { ...block, ...size, data: new Uint8Array(large) }
}

function withProblem(
  loaded: LoadedPicture,
  problem: string,
  { rectangle, scale }: { readonly rectangle: ViewRectangle; readonly scale: number },
): PictureView {
  const { levels } = loaded
  const level = levelFor(scale, levels)
  const part = within(rectangle, levels.sizeOf(level), 2 ** level)
  const original = loaded.onScreen(levels.block(level, part))
  return {
    level,
    left: part.left * 2 ** level,
    top: part.top * 2 ** level,
    version: 0,
    problem,
    original,
    restored: original,
    repaired: null,
    reference: null,
    changed: [],
    ready: 0,
    readyOfAll: 0,
    waits: false,
    certainty: 1,
  }
}
