import { type RestoredKind, timesLarger } from '../../../../shared/damage'
import { CancelledError, ExpectedError } from '../../../../shared/errors'
import { sentence } from '../../../../shared/texts/sentence'
import { noiseParts } from '../../../../shared/noise'
import type { Region } from '../../../../shared/region'
import { emptyLike } from '../../../engine/imaging/pixelValues'
import type { Picture } from '../../pictures/readPicture'
import { copyOf } from '../denoisePicture'
import { cropped, croppedMask, maskedParts, partsOf, paste, type PicturePart } from './pictureParts'
import {
  enlarged,
  filled,
  type Mask,
  type RestoringNetwork,
  type RestoringWork,
  throughTrained,
  withoutJpeg,
} from './restorePicture'

/** What is to be restored, and what that kind of damage needs to be known. */
export type Damage =
  | { readonly kind: 'jpeg'; readonly quality: number }
  /** The pixels to fill, as the picture is stored. */
  | { readonly kind: 'holes'; readonly mask: Mask }
  | { readonly kind: 'blur' }
  | { readonly kind: 'pairs' }
  | { readonly kind: 'enlarge' }

/** Where a result goes, part by part. */
export interface KindResult {
  /** As many as the result has. Until a part is there, they are what they were. */
  readonly pixels: Picture['pixels']
  /** Parts nearest to a place of the picture come first. */
  readonly first?: { readonly x: number; readonly y: number }
  /** A part of the result is there. */
  readonly onPart?: (part: Region, share: number) => void
}

/** The size of a result. */
export function sizeAfter(kind: RestoredKind, { width, height }: Pick<Picture, 'width' | 'height'>) {
  const times = timesLarger(kind)
  return { width: times * width, height: times * height }
}

/** Memory for a result: the picture itself, or as many pixels as the enlarged one has. */
export function roomFor(kind: RestoredKind, picture: Picture): Picture['pixels'] {
  const { pixels, channels } = picture
  if (timesLarger(kind) === 1) return copyOf(pixels)
  const { width, height } = sizeAfter(kind, picture)
  return emptyLike(pixels, width * height * channels)
}

/** @throws ExpectedError for a picture that cannot be restored in this way */
export function checkRestorable(kind: RestoredKind, { pages, floats }: Picture): void {
  if (pages > 1) throw new ExpectedError('bad-input', sentence('denoising.severalPages'))
  if (kind === 'enlarge' && floats)
    throw new ExpectedError('unsupported', sentence('denoising.floatsNotEnlarged'))
}

/**
 * Restores a picture of any size, in parts that go into memory.
 *
 * @returns the picture with the result's pixels and size. @throws ExpectedError, CancelledError
 */
export async function restoreKind(
  picture: Picture,
  damage: Damage,
  network: RestoringNetwork,
  { pixels, first, onPart }: KindResult,
  work: RestoringWork,
): Promise<Picture> {
  checkRestorable(damage.kind, picture)
  const times = timesLarger(damage.kind)
  const size = sizeAfter(damage.kind, picture)
  const parts = damage.kind === 'holes' ? maskedParts(damage.mask, picture) : partsOf(picture)
  if (first) parts.sort((a, b) => distance(a, first) - distance(b, first))
  const total = parts.reduce((sum, part) => sum + areaOf(part), 0)
  let done = 0
  for (const part of parts) {
    if (work.signal?.aborted) throw new CancelledError('Stopped.')
    const crop = cropped(picture, part.outer)
    const onProgress = (share: number) => work.onProgress?.((done + share * areaOf(part)) / total)
    const made = await restorePart(crop, part, picture, damage, network, { ...work, onProgress })
    done += areaOf(part)
    const changed = paste({ pixels, width: size.width, channels: picture.channels }, made, part, times)
    onPart?.(changed, done / total)
  }
  work.onProgress?.(1)
  // What lies beside the colours has the original's size.
  return times === 1 ? { ...picture, pixels } : { ...picture, ...size, pixels, extra: undefined }
}

async function restorePart(
  crop: Picture,
  { outer }: PicturePart,
  { width }: Picture,
  damage: Damage,
  network: RestoringNetwork,
  work: RestoringWork,
): Promise<Picture> {
  switch (damage.kind) {
    case 'jpeg':
      return { ...crop, pixels: await withoutJpeg(crop, damage.quality, network, work) }
    case 'holes':
      return { ...crop, pixels: await filled(crop, croppedMask(damage.mask, width, outer), network, work) }
    case 'blur':
    case 'pairs':
      return { ...crop, pixels: await throughTrained(crop, network, work) }
    case 'enlarge':
      return enlarged(crop, network, knowsEnlarging(network), work)
  }
}

const knowsEnlarging = ({ trained }: RestoringNetwork): boolean =>
  trained !== null && noiseParts(trained).some(({ kind }) => kind === 'low-resolution')

const areaOf = ({ outer }: PicturePart): number => outer.width * outer.height

function distance({ inner }: PicturePart, { x, y }: { readonly x: number; readonly y: number }): number {
  return (inner.left + inner.width / 2 - x) ** 2 + (inner.top + inner.height / 2 - y) ** 2
}
