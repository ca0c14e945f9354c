import type { StrengthMask } from '../../../shared/strengthMask'
import { isRepairedFor } from '../../../shared/noise'
import type { Region } from '../../../shared/region'
import type { PixelData, Repairs } from './tasks/denoisingTasks'
import type { Cells } from './cells'
import type { DenoisingModel } from './denoisingModels'
import type { Amount } from './knownAmounts'
import type { LoadedPicture, RepairedPicture } from './loadedPicture'
import type { LevelImage } from './pictureLevels'
import { ofPicture, overlap } from './regions'

/** Where a strength mask asks for more than the model takes out else. */
export interface More {
  /** As the picture is stored. */
  readonly mask: StrengthMask
  /** Of the model's change that stays where the mask is neutral, 0..1. */
  readonly share: number
}

/** What is on the screen. */
export interface Look {
  readonly id: string
  readonly picture: LoadedPicture
  readonly model: DenoisingModel
  readonly sigma: number | null
  readonly strength: number
  /** As it is stored. */
  readonly visible: Region
  /** Of the picture's levels. */
  readonly level: number
  /** Where it is one at more than is set. */
  readonly more?: More
}

type Asked = Pick<Look, 'model' | 'sigma' | 'strength'>

/** A part to be restored. */
export interface Work extends Asked {
  /**
   * `glance`: so that something is seen; `draft`: so that all is; `cell`: as it stays; `trial`: what else it might be;
   * `more`: with more taken away, where it was painted so.
   */
  readonly kind: 'glance' | 'draft' | 'cell' | 'trial' | 'more'
  readonly level: number
  readonly image: LevelImage
  /** Of the image; undefined where the model gets the picture as it is. */
  readonly repairs: Repairs | undefined
  /** Shared memory, as many pixels as the image has. */
  readonly result: PixelData
  readonly cells: Cells
  /** Of the image. */
  readonly part: Region
}

/** What a restoration depends on. */
export function keyOf({ model, sigma, strength }: Asked): string {
  return JSON.stringify([modelKey({ model }), sigma, Math.max(1, strength)])
}

const modelKey = ({ model }: Pick<Look, 'model'>) =>
  JSON.stringify([model.name, model.files.weights, model.files.quality])

const amountOf = ({ sigma, strength }: Asked): Amount => ({
  isByHand: sigma !== null,
  value: (sigma ?? 1) * Math.max(1, strength),
})

/** Noise that a sigma says all of: half the size has half of it, and there may be more or less of it. */
const hasSigma = ({ model }: Pick<Look, 'model'>) => model.trained.kind === 'gaussian'

/** A draft has 8 bits, in which a picture that uses few of its values has nothing where nobody has said its scale. */
const canDraft = (look: Look) =>
  look.level > 0 &&
  hasSigma(look) &&
  (look.picture.picture.scale !== undefined || !look.picture.repaired?.repairs.range)

/** What the model is given: other noise than one of a sigma stays for the model that learned to remove it. */
export function givenTo({ model, picture }: Pick<Look, 'model' | 'picture'>): Pick<
  RepairedPicture,
  'pixels' | 'levels'
> & {
  repairs: Repairs | undefined
} {
  const { levels, repaired } = picture
  if (repaired && isRepairedFor(model.trained)) return repaired
  return { pixels: picture.picture.pixels, levels, repairs: undefined }
}

/** What is known of the same place through the same model. */
function knownAmounts(look: Look) {
  const { picture, level, visible } = look
  picture.amounts.begin(amountOf(look), { model: modelKey(look), level, visible })
  return picture.amounts
}

/** Whether all that is seen is there, if only as a draft: what would still change can hardly be seen at that size. */
export const isDrafted = (look: Look): boolean => canDraft(look) && knownAmounts(look).has(amountOf(look))

/** Shows what is seen as it will be, as far as that is known. @returns whether it is */
export function showExpected(look: Look): boolean {
  const { picture, level, visible } = look
  if (!hasSigma(look)) return false
  const data = knownAmounts(look).mix(amountOf(look), () => givenTo(look).levels.take(level, visible))
  if (data) picture.restoration.expect(level, visible, data)
  return data !== null
}

/** Shows what a draft has, where the picture is not restored. @param part of the level */
export function showDraft(look: Look, part: Region): void {
  const { picture, level } = look
  const { restoration, size } = picture
  const { result } = picture.draft('shown', level, givenTo(look).levels)
  const region = overlap(ofPicture(part, level), { left: 0, top: 0, ...size })!
  const isAll = restoration.readyShare(region) === 0
  for (const one of isAll ? [region] : restoration.missing(region))
    restoration.expect(level, one, restoration.levels.take(level, one, result))
}

/**
 * What is to be done next for what is seen: a draft of it where it is seen smaller than it is, then what stays, then what it
 * would be with more and less taken away where that is set by hand, and what is not seen.
 *
 * @param mayGoOn whether what cannot be seen may be worked on too
 */
export function nextWork(look: Look, mayGoOn: boolean): Work | null {
  const { picture, visible, level } = look
  const { restoration, size } = picture
  if (restoration.problem !== null) return null
  if (canDraft(look)) {
    const draft = nextDraft(look)
    if (draft) return draft
    if (!mayGoOn && isDrafted(look)) return null
  }
  const trial = () => (mayGoOn && hasSigma(look) && (level === 0 || canDraft(look)) ? nextTrial(look) : null)
  // A small part of what is left to do there.
  const early = level > 0 ? trial() : null
  if (early) return early
  const glance = restoration.glance(visible)
  if (glance) return exact(look, 'glance', glance)
  const seen = restoration.next(visible)
  if (seen) return exact(look, 'cell', seen)
  keep(look)
  const late = trial()
  if (late || !mayGoOn) return late
  const rest = restoration.next({ left: 0, top: 0, ...size })
  return rest && exact(look, 'cell', rest)
}

function exact(look: Look, kind: 'glance' | 'cell', part: Region): Work {
  const { picture, model, sigma, strength } = look
  const { restoration } = picture
  const { levels, repairs } = givenTo(look)
  const image = levels.imageAt(0)
  return {
    kind,
    repairs,
    level: 0,
    image,
    result: restoration.pixels,
    cells: restoration,
    part,
    model,
    sigma,
    strength,
  }
}

function nextDraft(look: Look): Work | null {
  const { picture, level, visible, model, sigma, strength } = look
  const { restoration, levels } = picture
  if (restoration.readyShare(visible) === 1 || knownAmounts(look).has(amountOf(look))) return null
  const given = givenTo(look)
  const draft = picture.draft('shown', level, given.levels)
  draft.begin(keyOf(look))
  if (draft.problem !== null) return null
  const seen = levels.partAt(level, visible)
  for (let part = draft.next(seen); part; part = draft.next(seen)) {
    if (restoration.readyShare(ofPicture(part, level)) < 1)
      return { ...draftWork(draft, part, given), kind: 'draft', model, sigma, strength }
    draft.mark(part)
  }
  keep(look)
  return null
}

/** A missing part of what is seen with more or less taken away. */
function nextTrial(look: Look): Work | null {
  const { picture, level, visible, model } = look
  const amounts = knownAmounts(look)
  const { isByHand, value } = amountOf(look)
  const given = givenTo(look)
  const draft = picture.draft('tried', level, given.levels)
  const seen = picture.levels.partAt(level, visible)
  for (;;) {
    const missing = amounts.missing({ isByHand, value })
    if (missing === null) return null
    const asked = {
      model,
      ...(isByHand ? { sigma: missing, strength: 1 } : { sigma: null, strength: missing }),
    }
    draft.begin(keyOf(asked))
    if (draft.problem !== null) return null
    const part = draft.next(seen)
    if (part) return { ...draftWork(draft, part, given), kind: 'trial', ...asked }
    amounts.keep({ isByHand, value: missing }, picture.levels.take(level, visible, draft.result))
  }
}

const draftWork = (
  draft: ReturnType<LoadedPicture['draft']>,
  part: Region,
  { repairs }: Pick<Work, 'repairs'>,
) => {
  const { level, image, result } = draft
  const own = level > 0 && repairs ? { ...repairs, range: null } : repairs
  return { level, image, result, cells: draft, part, repairs: own }
}

/** What is seen, now that all of it is there. */
function keep(look: Look): void {
  const { picture, level, visible } = look
  const amounts = knownAmounts(look)
  const amount = amountOf(look)
  if (!amounts.has(amount)) amounts.keep(amount, picture.restoration.levels.take(level, visible))
}
